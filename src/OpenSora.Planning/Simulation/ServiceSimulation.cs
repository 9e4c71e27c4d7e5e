using OpenSora.Contracts.Planning;

namespace OpenSora.Planning.Simulation;

/// <summary>A service over a cluster.</summary>
/// <param name="Cards">Of the cluster.</param>
/// <param name="CardsPerJob">Gang of a job.</param>
/// <param name="JobSeconds">Of each kind of job when nothing fails; jobs take them in equal shares.</param>
/// <param name="StepSeconds">Of each kind of job: what a failure costs at the most.</param>
/// <param name="FailuresPerSecond">Of each card that works.</param>
public sealed record Service(int Cards, int CardsPerJob, IReadOnlyList<double> JobSeconds, IReadOnlyList<double> StepSeconds, double FailuresPerSecond);

/// <summary>
/// Jobs come at random (a Poisson process) and wait in one queue, first come, first served, for a whole gang. A card that
/// fails leaves its job, which loses the step at hand and goes on with the cards that are left, and comes back repaired.
/// </summary>
public sealed class ServiceSimulation
{
    /// <summary>Until a card that failed is there again.</summary>
    private const double RepairSeconds = 600;

    private readonly Service _service;
    private readonly EventClock _clock = new();
    private readonly Random _random;
    private readonly Queue<(double Came, int Kind)> _queue = new();
    private readonly List<double> _waits = [];
    private int _free, _failures;
    private double _cardSeconds, _end;

    private ServiceSimulation(Service service, Random random) => (_service, _random, _free) = (service, random, service.Cards);

    /// <param name="load">Work that arrives over what all cards can do, above 0.</param>
    public static (LoadPoint Point, long Events) Run(Service service, double load, int jobs, long seed)
    {
        ServiceSimulation simulation = new(service, new Random((int)(seed ^ (seed >> 32))));
        simulation.Arrive(jobs, load * service.Cards / (service.CardsPerJob * service.JobSeconds.Average()));
        simulation._clock.Run();
        double[] waits = [.. simulation._waits.Order()];
        return (new LoadPoint(
            load, waits.Length, waits.Average(), waits[(int)(0.95 * (waits.Length - 1))],
            simulation._cardSeconds / (service.Cards * simulation._end), simulation._failures), simulation._clock.Count);
    }

    private double Draw(double perSecond) => perSecond > 0 ? -Math.Log(1 - _random.NextDouble()) / perSecond : double.PositiveInfinity;

    private void Arrive(int left, double perSecond)
    {
        if (left == 0)
            return;
        _clock.After(Draw(perSecond), () =>
        {
            _queue.Enqueue((_clock.Now, _random.Next(_service.JobSeconds.Count)));
            Start();
            Arrive(left - 1, perSecond);
        });
    }

    private void Start()
    {
        while (_free >= _service.CardsPerJob && _queue.TryDequeue(out (double Came, int Kind) job))
        {
            _waits.Add(_clock.Now - job.Came);
            _free -= _service.CardsPerJob;
            Work(_service.CardsPerJob, _service.JobSeconds[job.Kind] * _service.CardsPerJob, _service.StepSeconds[job.Kind]);
        }
    }

    /// <summary>Until the job ends or one of its cards fails.</summary>
    /// <param name="cards">That are left.</param>
    /// <param name="cardSeconds">Of work that is left.</param>
    private void Work(int cards, double cardSeconds, double stepSeconds)
    {
        double began = _clock.Now, fails = Draw(cards * _service.FailuresPerSecond), seconds = cardSeconds / cards;
        bool lost = fails < seconds && cards > 1;
        _clock.After(lost ? fails : seconds, () =>
        {
            _cardSeconds += cards * (_clock.Now - began);
            _end = Math.Max(_end, _clock.Now);
            if (!lost)
            {
                _free += cards;
                Start();
                return;
            }
            _failures++;
            _clock.After(RepairSeconds, () =>
            {
                _free++;
                Start();
            });
            double again = _random.NextDouble() * stepSeconds + JobSimulation.DetectionSeconds;
            Work(cards - 1, cardSeconds - cards * fails + (cards - 1) * again, stepSeconds);
        });
    }
}
