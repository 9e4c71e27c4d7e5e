using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;
using System.Text.RegularExpressions;
using OpenSora.TestKit;

namespace OpenSora.Architecture.Tests;

/// <summary>
/// The methods of an assembly and those that each of them names, read without loading it. A name is that of the type, of those around it,
/// of the method and of the types of its parameters, without namespaces: <c>torch.Tensor.add(torch.Tensor, Scalar)</c>.
/// </summary>
internal static partial class AssemblyCode
{
    public static ILookup<string, string> Read(string path)
    {
        using PEReader file = new(File.OpenRead(path));
        MetadataReader metadata = file.GetMetadataReader();
        return metadata.MethodDefinitions
            .Where(handle => metadata.GetMethodDefinition(handle).RelativeVirtualAddress != 0)
            .SelectMany(handle => Called(file, metadata, handle).Select(called => (Method: Name(metadata, handle)!, Called: called)))
            .ToLookup(call => call.Method, call => call.Called);
    }

    private static IEnumerable<string> Called(PEReader file, MetadataReader metadata, MethodDefinitionHandle method)
    {
        byte[] code = file.GetMethodBody(metadata.GetMethodDefinition(method).RelativeVirtualAddress).GetILBytes()!;
        return Instructions.Tokens(code).Select(token => Name(metadata, MetadataTokens.EntityHandle(token))).OfType<string>().Distinct();
    }

    /// <summary>Null for what is no method.</summary>
    private static string? Name(MetadataReader metadata, EntityHandle handle)
    {
        switch (handle.Kind)
        {
            case HandleKind.MethodSpecification:
                return Name(metadata, metadata.GetMethodSpecification((MethodSpecificationHandle)handle).Method);
            case HandleKind.MethodDefinition:
                MethodDefinition definition = metadata.GetMethodDefinition((MethodDefinitionHandle)handle);
                return Name(TypeNames.Of(metadata, definition.GetDeclaringType()), metadata.GetString(definition.Name), definition.DecodeSignature(TypeNames.Instance, null));
            case HandleKind.MemberReference:
                MemberReference reference = metadata.GetMemberReference((MemberReferenceHandle)handle);
                return reference.GetKind() == MemberReferenceKind.Method
                    ? Name(TypeNames.Of(metadata, reference.Parent), metadata.GetString(reference.Name), reference.DecodeMethodSignature(TypeNames.Instance, null))
                    : null;
            default:
                return null;
        }
    }

    private static string Name(string type, string method, MethodSignature<string> signature) =>
        $"{TypeArguments().Replace(type, "$1")}.{method}({string.Join(", ", signature.ParameterTypes)})";

    [GeneratedRegex("(`[0-9]+)<.*$")]
    private static partial Regex TypeArguments();
}
