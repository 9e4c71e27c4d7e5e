using System.Runtime.InteropServices;

namespace OpenSora.Torch.Tests.Runtime;

public class ErrorTests
{
    [Fact]
    public void The_first_line_of_torchs_message_tells_what_happened()
    {
        using DisposeScope scope = NewDisposeScope();

        ExternalException error = Assert.Throws<ExternalException>(() => ones(2, 3).mm(ones(2, 3)));

        Assert.Equal("mat1 and mat2 shapes cannot be multiplied (2x3 and 2x3)", TorchFailure.FirstLine(error.Message));
        Assert.False(TorchFailure.IsOutOfMemory(error));
    }

    [Fact]
    public void A_thousand_errors_leave_nothing_behind()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = ones(2, 3);
        int errors = 0;

        for (int i = 0; i < 1_000; i++)
            try
            {
                x.view(4);
            }
            catch (ExternalException)
            {
                errors++;
            }

        Assert.Equal(1_000, errors);
        Assert.Equal(1, scope.DisposablesCount);
        Assert.Equal([1f, 1f, 1f, 1f, 1f, 1f], x.Floats());
    }

    [Fact]
    public void Lack_of_memory_is_told_from_other_errors()
    {
        ExternalException error = Assert.Throws<ExternalException>(() => empty(1L << 50));

        Assert.True(TorchFailure.IsOutOfMemory(error), error.Message);
        Assert.Contains("memory", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Messages_belong_to_their_thread()
    {
        Parallel.For(1, 50, i =>
        {
            using DisposeScope scope = NewDisposeScope();
            ExternalException error = Assert.Throws<ExternalException>(() => ones(i).view(i + 1));
            Assert.Contains($"size {i}", error.Message, StringComparison.Ordinal);
        });
    }
}
