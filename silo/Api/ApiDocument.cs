using System.Text.Json.Nodes;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using OpenSora.Contracts.Videos;

namespace OpenSora.Silo.Api;

/// <summary>What the document at <c>/openapi/v1.json</c> says beyond routes and answers: fields, words, ranges, and the token.</summary>
internal static class ApiDocument
{
    private const string Token = "token";

    /// <summary>Says with which statuses it may refuse.</summary>
    public static TBuilder Refuses<TBuilder>(this TBuilder endpoint, params int[] statuses) where TBuilder : IEndpointConventionBuilder =>
        endpoint.WithMetadata([.. statuses.Select(object (status) => new ProducesResponseTypeMetadata(status, typeof(ErrorDocument), [ApiError.ContentType]))]);

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
        options.AddSchemaTransformer((schema, context, _) =>
        {
            if (context.JsonPropertyInfo is { Name: "status" } property && property.DeclaringType == typeof(VideoBody))
                schema.Enum = Words(VideoBody.Statuses);
            return Task.CompletedTask;
        });
        options.AddOperationTransformer((operation, context, _) =>
        {
            foreach (IOpenApiParameter parameter in operation.Parameters ?? [])
                if (parameter.Schema is OpenApiSchema schema)
                    Describe(parameter.Name!, schema);
            if (context.Description.HttpMethod == "POST" && context.Description.RelativePath?.Trim('/') is "v1/videos" or "v1/videos/sync" or "v1/videos/{id}/remix")
                operation.RequestBody = new OpenApiRequestBody
                {
                    Required = true,
                    Content = new Dictionary<string, OpenApiMediaType>
                    {
                        ["application/json"] = new() { Schema = Fields(Url()) },
                        ["multipart/form-data"] = new() { Schema = Fields(new OpenApiSchema { Type = JsonSchemaType.String, Format = "binary", Description = "An image or a video to start from." }) },
                    },
                };
            if (context.Description.RelativePath?.Trim('/') is "v1/videos/{id}/branch")
                operation.RequestBody = new OpenApiRequestBody { Required = true, Content = new Dictionary<string, OpenApiMediaType> { ["application/json"] = new() { Schema = BranchFields() } } };
            return Task.CompletedTask;
        });
    }

    private static OpenApiSchema BranchFields()
    {
        Dictionary<string, IOpenApiSchema> fields = VideoFields.All.Where(field => BranchOrders.Fields.Contains(field.Name)).ToDictionary(field => field.Name, IOpenApiSchema (field) => field.Schema);
        fields[BranchOrders.FromStep] = new OpenApiSchema { Type = JsonSchemaType.Integer, Minimum = "0", Description = "Steps of the other video that are taken over." };
        return new OpenApiSchema { Type = JsonSchemaType.Object, Properties = fields, Required = new HashSet<string> { BranchOrders.FromStep } };
    }

    private static void Describe(string parameter, OpenApiSchema schema)
    {
        switch (parameter)
        {
            case "limit":
                (schema.Type, schema.Minimum, schema.Maximum, schema.Default) = (JsonSchemaType.Integer, "1", "100", 20);
                break;
            case "order":
                schema.Enum = Words("asc", "desc");
                break;
            case "status":
                schema.Enum = Words(VideoBody.Statuses);
                break;
            case "variant":
                schema.Enum = Words(VideoContent.Variants);
                break;
            case "report":
                (schema.Type, schema.Description) = (JsonSchemaType.Boolean, "Whether completed videos come with their reports.");
                break;
            case "id" or "after":
                schema.Pattern = "^video_[0-9a-f]{32}$";
                break;
        }
    }

    private static OpenApiSchema Fields(OpenApiSchema reference)
    {
        Dictionary<string, IOpenApiSchema> fields = VideoFields.All.ToDictionary(field => field.Name, IOpenApiSchema (field) => field.Schema);
        fields[VideoOrders.Reference] = reference;
        foreach (string name in RequestFields.References.Except([VideoOrders.Reference]))
            fields[name] = Url();
        foreach (string name in RequestFields.Further)
            fields[name] = new OpenApiSchema { Type = JsonSchemaType.Object, Description = "Further fields, as if they stood beside it." };
        return new OpenApiSchema
        {
            Type = JsonSchemaType.Object,
            Required = new HashSet<string> { "prompt" },
            Properties = fields,
            AdditionalPropertiesAllowed = false,
            Description = $"Values may be texts or numbers. A prompt has {VideoOrder.MostOfPrompt} characters at the most.",
        };
    }

    /// <summary>A reference in JSON.</summary>
    private static OpenApiSchema Url()
    {
        OpenApiSchema url = new() { Type = JsonSchemaType.String, Pattern = "^data:", Description = "data:TYPE;base64,…" };
        return new OpenApiSchema
        {
            Description = "An image or a video to start from; addresses are not fetched.",
            AnyOf = [url, new OpenApiSchema { Type = JsonSchemaType.Object, MaxProperties = 1, Properties = new Dictionary<string, IOpenApiSchema> { ["image_url"] = url, ["video_url"] = url } }],
        };
    }

    private static List<JsonNode> Words(params string[] words) => [.. words.Select(word => (JsonNode)word)];
}
