using OpenSora.Contracts.Planning;
using OpenSora.Planning.Simulation;

namespace OpenSora.Planning.Tests.Simulation;

public class ServiceSimulationTests
{
    private static readonly Service s_service = new(64, 8, [50, 200], [1, 4], 0);

    [Fact]
    public void Waits_grow_with_load_and_cards_work_as_much_as_is_asked()
    {
        double before = -1;
        foreach (double load in new[] { 0.2, 0.5, 0.7, 0.9 })
        {
            LoadPoint point = ServiceSimulation.Run(s_service, load, 20_000, 1).Point;
            Assert.Equal(20_000, point.Jobs);
            Assert.InRange(point.MeanWaitSeconds, before, double.MaxValue);
            Assert.InRange(point.Utilisation, 0.93 * load, 1.07 * load);
            Assert.Equal(0, point.Failures);
            before = point.MeanWaitSeconds;
        }
    }

    /// <summary>One gang and equal jobs: a queue with one server, whose mean wait is known (Pollaczek and Khinchine): ρ · s / (2 (1 − ρ)).</summary>
    [Fact]
    public void One_gang_waits_as_queueing_theory_says()
    {
        LoadPoint point = ServiceSimulation.Run(new Service(8, 8, [100], [1], 0), 0.5, 200_000, 3).Point;
        Assert.InRange(point.MeanWaitSeconds, 0.95 * 50, 1.05 * 50);
    }

    [Fact]
    public void Failures_cost_time_and_every_job_ends()
    {
        Service failing = s_service with { FailuresPerSecond = 1e-4 };
        LoadPoint calm = ServiceSimulation.Run(s_service, 0.6, 5_000, 1).Point, point = ServiceSimulation.Run(failing, 0.6, 5_000, 1).Point;
        Assert.Equal(5_000, point.Jobs);
        Assert.InRange(point.Failures, 100, int.MaxValue);
        Assert.InRange(point.Utilisation, calm.Utilisation, 1);
    }

    [Fact]
    public void The_same_seed_gives_the_same_service()
    {
        Service failing = s_service with { FailuresPerSecond = 1e-5 };
        Assert.Equal(ServiceSimulation.Run(failing, 0.8, 2_000, 5), ServiceSimulation.Run(failing, 0.8, 2_000, 5));
        Assert.NotEqual(ServiceSimulation.Run(failing, 0.8, 2_000, 5).Point.MeanWaitSeconds, ServiceSimulation.Run(failing, 0.8, 2_000, 6).Point.MeanWaitSeconds);
    }
}
