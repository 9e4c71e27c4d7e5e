using System.Runtime.InteropServices;
using System.Text;

namespace SentencePiece;

/// <summary>Trains a vocabulary. The same sentences and options give the same bytes.</summary>
public static unsafe class SentencePieceTrainer
{
    /// <summary>
    /// Trains a model on <paramref name="sentences"/> and returns the bytes of its file. The options are those of
    /// <c>spm_train</c>, e.g. <c>vocab_size</c>, <c>model_type</c>, <c>pad_id</c>; unless given, it works on one thread and
    /// prints nothing but errors.
    /// </summary>
    /// <exception cref="SentencePieceException">
    /// An option is unknown, or the sentences do not give a vocabulary of the size asked for.
    /// </exception>
    public static byte[] Train(IEnumerable<string> sentences, IReadOnlyDictionary<string, string> options)
    {
        // More threads add up in another order, which moves the last bits of the scores.
        Dictionary<string, string> all = new() { ["num_threads"] = "1", ["minloglevel"] = "2" };
        foreach ((string name, string value) in options)
            all[name] = value;

        using Job job = new(sentences.GetEnumerator());
        GCHandle state = GCHandle.Alloc(job);
        try
        {
            string lines = string.Join('\n', all.Select(option => $"{option.Key}={option.Value}"));
            int failed = Native.osp_train(lines, GCHandle.ToIntPtr(state), &Next, &Take);
            if (job.Failure is { } failure)
                throw new InvalidOperationException($"the sentences to train on could not be read: {failure.Message}", failure);
            return failed == 0 ? job.Model! : throw Native.LastError();
        }
        finally
        {
            state.Free();
        }
    }

    [UnmanagedCallersOnly]
    private static byte Next(nint state, byte** text, long* length)
    {
        Job job = (Job)GCHandle.FromIntPtr(state).Target!;
        if (!job.MoveNext())
            return 0;
        *text = (byte*)job.Current;
        *length = job.Length;
        return 1;
    }

    [UnmanagedCallersOnly]
    private static void Take(nint state, byte* model, long length) =>
        ((Job)GCHandle.FromIntPtr(state).Target!).Model = new ReadOnlySpan<byte>(model, checked((int)length)).ToArray();

    /// <summary>Hands out the sentences as UTF-8 at an address that holds until the next one; exceptions must not reach native code.</summary>
    private sealed class Job(IEnumerator<string> sentences) : IDisposable
    {
        private GCHandle _pinned;

        public byte[]? Model { get; set; }

        public Exception? Failure { get; private set; }

        public nint Current => _pinned.AddrOfPinnedObject();

        public long Length { get; private set; }

        public bool MoveNext()
        {
            try
            {
                if (Failure is not null || !sentences.MoveNext())
                    return false;
                byte[] utf8 = Encoding.UTF8.GetBytes(sentences.Current);
                Unpin();
                _pinned = GCHandle.Alloc(utf8, GCHandleType.Pinned);
                Length = utf8.Length;
                return true;
            }
            catch (Exception e)
            {
                Failure = e;
                return false;
            }
        }

        public void Dispose()
        {
            Unpin();
            sentences.Dispose();
        }

        private void Unpin()
        {
            if (_pinned.IsAllocated)
                _pinned.Free();
        }
    }
}
