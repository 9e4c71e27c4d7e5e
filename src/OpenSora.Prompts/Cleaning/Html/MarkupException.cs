namespace OpenSora.Prompts.Cleaning.Html;

/// <summary>A marked section that Python's parser refuses, e.g. <c>&lt;![foo[</c>: the original stops there with an error.</summary>
internal sealed class MarkupException(string message) : Exception(message);
