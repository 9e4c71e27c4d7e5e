using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace OpenSora.Silo.Api;

/// <summary>What the document at <c>/openapi/v1.json</c> says beyond routes and answers: the fields of a request, and the token.</summary>
internal static class ApiDocument
{
    private const string Token = "token";

    public static void Describe(OpenApiOptions options)
    {
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new OpenApiInfo { Title = "OpenSora.Cluster", Version = "v1", Description = "Videos from prompts, on many cards. Shaped like the public OpenAI video API." };
            document.Components ??= new OpenApiComponents();
            document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme> { [Token] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer" } };
            document.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(Token, document)] = [] }];
            return Task.CompletedTask;
        });
        options.AddOperationTransformer((operation, context, _) =>
        {
            if (context.Description.HttpMethod == "POST" && context.Description.RelativePath?.Trim('/') == "v1/videos")
                operation.RequestBody = new OpenApiRequestBody
                {
                    Required = true,
                    Content = new Dictionary<string, OpenApiMediaType>
                    {
                        ["application/json"] = new() { Schema = Fields() },
                        ["multipart/form-data"] = new() { Schema = Fields(new OpenApiSchema { Type = JsonSchemaType.String, Format = "binary" }) },
                    },
                };
            return Task.CompletedTask;
        });
    }

    private static OpenApiSchema Fields(OpenApiSchema? reference = null)
    {
        Dictionary<string, IOpenApiSchema> fields = VideoFields.Names.ToDictionary(name => name, IOpenApiSchema (_) => new OpenApiSchema { Type = JsonSchemaType.String | JsonSchemaType.Number | JsonSchemaType.Boolean });
        fields["prompt"] = new OpenApiSchema { Type = JsonSchemaType.String };
        if (reference is not null)
            fields["input_reference"] = reference;
        return new OpenApiSchema { Type = JsonSchemaType.Object, Required = new HashSet<string> { "prompt" }, Properties = fields };
    }
}
