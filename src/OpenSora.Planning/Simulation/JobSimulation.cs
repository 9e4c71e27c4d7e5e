using OpenSora.Layout.Decoding;

namespace OpenSora.Planning.Simulation;

/// <summary>How a job went.</summary>
/// <param name="Encode">Seconds of the text.</param>
/// <param name="Denoise">Seconds of all steps, those that were lost too, and of gathering.</param>
/// <param name="Decode">Seconds from then until the last frame is in the file.</param>
/// <param name="StepsDone">Steps that counted.</param>
/// <param name="RecomputedSteps">Steps that a failure cut off.</param>
/// <param name="ChunksDone">Chunks that counted.</param>
/// <param name="RetriedChunks">Chunks that a failure cut off.</param>
public sealed record JobResult(
    double Encode, double Denoise, double Decode, int StepsDone, int RecomputedSteps, int ChunksDone, int RetriedChunks, int Failures)
{
    public double Total => Encode + Denoise + Decode;
}

/// <summary>
/// A job from text to file on a gang of its own: the text on one card, steps on all, chunks on whichever card is free,
/// frames to one encoder in their order. A card that fails is gone for the job: a step that it was in begins again with the
/// cards that are left, a chunk goes to another card.
/// </summary>
public sealed class JobSimulation
{
    /// <summary>Until the loss of a card is noticed and the others have joined anew.</summary>
    public const double DetectionSeconds = 3;

    /// <summary>Pixels that the file's encoder takes in a second: H.264 on some processor cores.</summary>
    private const double EncodedPixelsPerSecond = 100e6;

    private readonly Job _job;
    private readonly EventClock _clock = new();
    private readonly double[] _failsAt;
    private readonly SortedSet<int> _alive, _free = [];
    private readonly SortedDictionary<int, FrameChunk> _waiting = [];
    private readonly HashSet<int> _decoded = [];
    private int _steps, _recomputed, _retried, _failures, _nextToWrite;
    private double _encoded, _denoised, _written;

    private JobSimulation(Job job, int cards, double failuresPerSecond, Random random)
    {
        _job = job;
        _alive = [.. Enumerable.Range(0, cards)];
        _failsAt = [.. _alive.Select(_ => failuresPerSecond > 0 ? -Math.Log(1 - random.NextDouble()) / failuresPerSecond : double.PositiveInfinity)];
    }

    /// <param name="failuresPerSecond">Of each card; 0 for none. The last card never fails: there would be no result.</param>
    public static JobResult Run(Job job, int cards, double failuresPerSecond = 0, long seed = 0)
    {
        JobSimulation simulation = new(job, cards, failuresPerSecond, new Random((int)(seed ^ (seed >> 32))));
        simulation.Encode();
        simulation._clock.Run();
        return new JobResult(
            simulation._encoded, simulation._denoised - simulation._encoded, simulation._written - simulation._denoised,
            simulation._steps, simulation._recomputed, simulation._decoded.Count, simulation._retried, simulation._failures);
    }

    private void Encode() => _clock.At(_job.EncodeSeconds, () =>
    {
        _encoded = _clock.Now;
        Step();
    });

    private void Step()
    {
        Bury(_clock.Now);
        if (_steps == _job.Steps)
        {
            _clock.After(_job.GatherSeconds(_alive.Count), BeginDecoding);
            return;
        }
        double end = _clock.Now + _job.Step(_alive.Count).Seconds, fails = _alive.Min(card => _failsAt[card]);
        bool lost = fails < end && _alive.Count > 1;
        _clock.At(lost ? fails + DetectionSeconds : end, () =>
        {
            (_steps, _recomputed) = lost ? (_steps, _recomputed + 1) : (_steps + 1, _recomputed);
            Step();
        });
    }

    /// <summary>Takes the cards out that have failed by a time, but for the last.</summary>
    private void Bury(double time)
    {
        foreach (int card in _alive.Where(card => _failsAt[card] <= time).OrderBy(card => _failsAt[card]).ToList())
            if (_alive.Count > 1)
            {
                _alive.Remove(card);
                _failures++;
            }
    }

    private void BeginDecoding()
    {
        _denoised = _written = _clock.Now;
        Bury(_clock.Now);
        foreach (FrameChunk chunk in _job.Decode.Chunks)
            _waiting.Add(chunk.Index, chunk);
        _free.UnionWith(_alive);
        GiveChunks();
    }

    private void GiveChunks()
    {
        while (_waiting.Count > 0 && _free.Count > 0)
        {
            (int card, FrameChunk chunk) = (_free.Min, _waiting.First().Value);
            _free.Remove(card);
            _waiting.Remove(chunk.Index);
            double end = _clock.Now + _job.ChunkSeconds(chunk);
            bool lost = _failsAt[card] < end && _alive.Count > 1;
            if (lost)
            {
                _alive.Remove(card); // whether or not it has happened yet: it takes no other chunk
                _failures++;
            }
            _clock.At(lost ? Math.Max(_clock.Now, _failsAt[card]) + DetectionSeconds : end, () =>
            {
                if (lost)
                {
                    _retried++;
                    _waiting.Add(chunk.Index, chunk);
                }
                else
                {
                    _decoded.Add(chunk.Index);
                    _free.Add(card);
                    Write();
                }
                GiveChunks();
            });
        }
    }

    /// <summary>Chunks go to the encoder in order; it takes one at a time while others are decoded.</summary>
    private void Write()
    {
        for (; _decoded.Contains(_nextToWrite); _nextToWrite++)
            _written = Math.Max(_written, _clock.Now)
                + _job.Decode.Chunks[_nextToWrite].Frames * (double)_job.Clip.Output.Height * _job.Clip.Output.Width / EncodedPixelsPerSecond;
    }
}
