using System.Runtime.InteropServices;

namespace TorchSharp.Tests.Scopes;

public class DisposeScopeTests
{
    [Fact]
    public void The_end_of_a_scope_disposes_what_was_made_in_it()
    {
        Tensor inside;
        using (DisposeScope scope = NewDisposeScope())
        {
            inside = ones(2) + 1;
            Assert.Equal(2, scope.DisposablesCount);
            Assert.True(scope.Contains(inside));
        }
        Assert.True(inside.IsInvalid);
    }

    [Fact]
    public void Tensors_belong_to_the_innermost_scope_and_can_be_moved_out_of_it()
    {
        using DisposeScope outer = NewDisposeScope();
        Tensor moved, left;
        using (DisposeScope inner = NewDisposeScope())
        {
            left = ones(1);
            moved = ones(1).MoveToOuterDisposeScope();
            Assert.Equal(1, inner.DisposablesCount);
        }
        Assert.True(left.IsInvalid);
        Assert.False(moved.IsInvalid);
        Assert.Equal([moved], outer.DisposablesView);
    }

    [Fact]
    public void A_detached_tensor_outlives_all_scopes()
    {
        Tensor kept;
        using (NewDisposeScope())
        using (NewDisposeScope())
            kept = ones(1).DetachFromDisposeScope();

        Assert.Equal(1f, kept.item<float>());
        kept.Dispose();
        Assert.True(kept.IsInvalid);
    }

    [Fact]
    public void Moving_out_of_the_outermost_scope_detaches()
    {
        Tensor kept;
        using (DisposeScope scope = NewDisposeScope())
            kept = scope.MoveToOuter(ones(1));

        Assert.False(kept.IsInvalid);
        kept.Dispose();
    }

    [Fact]
    public void Scopes_take_and_keep_tensors()
    {
        Tensor x = ones(1);
        using DisposeScope scope = NewDisposeScope();
        scope.Attach(x);
        Tensor y = ones(1);

        scope.DisposeEverythingBut(x);

        Assert.False(x.IsInvalid);
        Assert.True(y.IsInvalid);
        scope.DisposeEverything();
        Assert.True(x.IsInvalid);
        Assert.Equal(0, scope.DisposablesCount);
    }

    [Fact]
    public void An_exception_inside_a_scope_leaks_nothing()
    {
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;

        Assert.Throws<ExternalException>(() =>
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor x = ones(2, 3) * 2;
            x.mm(x);
        });

        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
        Assert.Null(CurrentDisposeScope);
    }

    [Fact]
    public void Scopes_that_end_out_of_order_leave_the_chain_whole()
    {
        DisposeScope outer = NewDisposeScope(), inner = NewDisposeScope();
        outer.Dispose();
        Tensor x = ones(1);

        Assert.True(inner.Contains(x));
        inner.Dispose();
        Assert.Null(CurrentDisposeScope);
        Assert.True(x.IsInvalid);
    }

    [Fact]
    public void Wrapped_expressions_keep_their_result_only()
    {
        using DisposeScope scope = NewDisposeScope();

        Tensor result = WrappedTensorDisposeScope(() => (ones(2) + 1) * 2);

        Assert.Equal([4f, 4f], result.Floats());
        Assert.Equal([result], scope.DisposablesView);
    }

    [Fact]
    public void Statistics_count_what_lives()
    {
        ThreadDisposeScopeStatistics counts = DisposeScopeManager.Statistics;
        counts.Reset();

        Tensor outside = ones(1);
        using (NewDisposeScope())
        {
            Tensor inside = ones(1);
            Tensor detached = ones(1).DetachFromDisposeScope();
            Assert.Equal((1, 2, 1, 3), (counts.CreatedOutsideScopeCount, counts.CreatedInScopeCount, counts.DetachedFromScopeCount, counts.ThreadTotalLiveCount));
            detached.Dispose();
        }
        Assert.Equal((1, 1, 1), (counts.DisposedInScopeCount, counts.DisposedOutsideScopeCount, counts.ThreadTotalLiveCount));
        outside.Dispose();
        Assert.Equal(0, counts.ThreadTotalLiveCount);
    }

    [Fact]
    public void Every_thread_has_scopes_of_its_own()
    {
        using DisposeScope scope = NewDisposeScope();
        DisposeScope? elsewhere = scope;
        Thread thread = new(() => elsewhere = CurrentDisposeScope);
        thread.Start();
        thread.Join();

        Assert.Null(elsewhere);
        Assert.Same(scope, CurrentDisposeScope);
    }

    [Fact]
    public void Disposing_twice_and_disposing_early_are_harmless()
    {
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        using (DisposeScope scope = NewDisposeScope())
        {
            Tensor x = ones(1);
            x.Dispose();
            x.Dispose();
            Assert.Equal(0, scope.DisposablesCount);
            scope.Dispose();
            Assert.Throws<ObjectDisposedException>(() => scope.DisposablesCount);
        }
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }
}
