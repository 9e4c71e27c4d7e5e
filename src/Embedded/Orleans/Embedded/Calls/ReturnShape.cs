using System.Reflection;

namespace Orleans.Embedded.Calls;

/// <summary>How a method hands out its result: as a task, a value task, with or without a value.</summary>
internal abstract class ReturnShape
{
    /// <exception cref="NotSupportedException">The method returns something else.</exception>
    public static ReturnShape Of(MethodInfo method)
    {
        Type type = method.ReturnType;
        Type? generic = type.IsGenericType ? type.GetGenericTypeDefinition() : null;
        Type? shape = type == typeof(Task) ? typeof(OfTask)
            : type == typeof(ValueTask) ? typeof(OfValueTask)
            : generic == typeof(Task<>) ? typeof(OfTask<>).MakeGenericType(type.GetGenericArguments())
            : generic == typeof(ValueTask<>) ? typeof(OfValueTask<>).MakeGenericType(type.GetGenericArguments())
            : null;
        return shape is not null
            ? (ReturnShape)Activator.CreateInstance(shape)!
            : throw new NotSupportedException(
                $"{method.DeclaringType?.Name}.{method.Name} returns {type.Name}: a grain's method returns Task, ValueTask or IAsyncEnumerable.");
    }

    /// <summary>What the caller gets for a response to come.</summary>
    public abstract object Promise(Task<object?> response);

    /// <summary>The value of what the grain has returned.</summary>
    public abstract Task<object?> Await(object? returned);

    private sealed class OfTask : ReturnShape
    {
        public override object Promise(Task<object?> response) => response;

        public override async Task<object?> Await(object? returned)
        {
            await (Task)returned!;
            return null;
        }
    }

    private sealed class OfTask<T> : ReturnShape
    {
        public override object Promise(Task<object?> response) => Cast<T>(response);

        public override async Task<object?> Await(object? returned) => await (Task<T>)returned!;
    }

    private sealed class OfValueTask : ReturnShape
    {
        public override object Promise(Task<object?> response) => new ValueTask(response);

        public override async Task<object?> Await(object? returned)
        {
            await (ValueTask)returned!;
            return null;
        }
    }

    private sealed class OfValueTask<T> : ReturnShape
    {
        public override object Promise(Task<object?> response) => new ValueTask<T>(Cast<T>(response));

        public override async Task<object?> Await(object? returned) => await (ValueTask<T>)returned!;
    }

    private static async Task<T> Cast<T>(Task<object?> response) => (T)(await response.ConfigureAwait(false))!;
}
