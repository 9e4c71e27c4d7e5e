using OpenSora.Contracts.Generation;
using OpenSora.Inference;
using OpenSora.Layout.Models;

namespace OpenSora.Card;

/// <summary>The networks that this card has in memory: those of one request, until another asks for others. For the thread that computes.</summary>
internal sealed class LoadedModels(CardDevice device) : IDisposable
{
    private (ModelFolders, string, bool, int, int, int)? _which;
    private Models? _models;
    private Action<string>? _tell;

    /// <summary>The networks of a request; they stay loaded.</summary>
    /// <param name="tell">Told what the model has to say about itself, and what its files hold beyond it, as they are taken from their folders.</param>
    public Models Of(GenerationRequest request, Action<string> tell)
    {
        _tell = tell;
        (ModelFolders, string, bool, int, int, int) wanted = (
            request.Models, request.Dtype, request.QkNorm, request.ModelMaxLength, request.MicroFrameSize, request.MicroBatchSize);
        if (_models is not null && _which == wanted)
            return _models;
        Dispose();
        if (DemoModel.Notice(request.Models) is { } notice)
            tell(notice);
        _models = Models.Open(DemoModel.Complete(request.Models), request, device.Device, device.PrecisionOf(request.Dtype), device.Units, line => _tell?.Invoke(line));
        _which = wanted;
        return _models;
    }

    public void Dispose()
    {
        _models?.Dispose();
        (_models, _which) = (null, null);
    }
}
