using OpenSora.Planning.Simulation;

namespace OpenSora.Planning.Tests.Simulation;

public class JobSimulationTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(7)]
    public void Undisturbed_it_does_each_step_and_chunk_once(int cards)
    {
        Job job = Clip.Job("480p", "102");
        JobResult result = JobSimulation.Run(job, cards);
        Assert.Equal((30, 0, 6, 0, 0), (result.StepsDone, result.RecomputedSteps, result.ChunksDone, result.RetriedChunks, result.Failures));
        Assert.Equal(30 * job.Step(cards).Seconds + job.GatherSeconds(cards), result.Denoise, 1e-9 * result.Denoise);
        Assert.InRange(result.Decode, job.Decode.Chunks.Sum(job.ChunkSeconds) / cards, double.MaxValue);
    }

    /// <summary>However cards fail, all of the work is done, nothing of it twice but what was lost, and no sooner.</summary>
    [Fact]
    public void Failures_lose_at_most_a_step_or_a_chunk_each()
    {
        Job job = Clip.Job("480p", "102");
        JobResult calm = JobSimulation.Run(job, 8);
        int failures = 0;
        for (int seed = 0; seed < 50; seed++)
        {
            JobResult result = JobSimulation.Run(job, 8, failuresPerSecond: 1 / calm.Total, seed);
            Assert.Equal((calm.StepsDone, calm.ChunksDone), (result.StepsDone, result.ChunksDone));
            Assert.InRange(result.RecomputedSteps + result.RetriedChunks, 0, result.Failures);
            Assert.InRange(result.Failures, 0, 7);
            Assert.InRange(result.Total, calm.Total, double.MaxValue);
            failures += result.Failures;
        }
        Assert.InRange(failures, 100, 350);
    }

    [Fact]
    public void The_same_seed_gives_the_same_job()
    {
        Job job = Clip.Job("240p", "51");
        JobResult Run(long seed) => JobSimulation.Run(job, 4, 0.1, seed);
        Assert.Equal(Run(7), Run(7));
        Assert.NotEqual(Run(7).Total, Run(8).Total);
    }
}
