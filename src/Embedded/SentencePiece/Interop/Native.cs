using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

[assembly: DisableRuntimeMarshalling]
[assembly: DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory | DllImportSearchPath.SafeDirectories)]

namespace SentencePiece;

/// <summary>The C interface of <c>native/src</c>. Texts are UTF-8 with their length.</summary>
internal static unsafe partial class Native
{
    private const string Library = "opensora_sentencepiece";

    static Native() => NativeLibrary.SetDllImportResolver(typeof(Native).Assembly, (name, _, _) => name == Library ? PrivateLibrary.Load(name) : 0);

    internal static SentencePieceException LastError() => new(Marshal.PtrToStringUTF8(osp_error_message()) ?? "");

    [LibraryImport(Library)]
    private static partial nint osp_error_message();

    [LibraryImport(Library)]
    internal static partial Model osp_load(ReadOnlySpan<byte> bytes, long length);

    [LibraryImport(Library)]
    private static partial void osp_free(nint model);

    [LibraryImport(Library)]
    internal static partial int osp_size(Model model);

    [LibraryImport(Library)]
    internal static partial int osp_ids(
        Model model, ReadOnlySpan<byte> text, long length, nint state, delegate* unmanaged<nint, int*, long, void> take);

    [LibraryImport(Library)]
    internal static partial int osp_pieces(
        Model model, ReadOnlySpan<byte> text, long length, nint state, delegate* unmanaged<nint, byte*, long, void> take);

    [LibraryImport(Library)]
    internal static partial byte* osp_piece(Model model, int id, out long length);

    [LibraryImport(Library)]
    internal static partial int osp_piece_id(Model model, ReadOnlySpan<byte> piece, long length);

    [LibraryImport(Library)]
    internal static partial float osp_score(Model model, int id);

    [LibraryImport(Library)]
    internal static partial int osp_kind(Model model, int id);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int osp_train(
        string options, nint state, delegate* unmanaged<nint, byte**, long*, byte> next,
        delegate* unmanaged<nint, byte*, long, void> take);

    /// <summary>A loaded model; released when the last call that uses it has returned.</summary>
    internal sealed class Model() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
    {
        protected override bool ReleaseHandle()
        {
            osp_free(handle);
            return true;
        }
    }
}
