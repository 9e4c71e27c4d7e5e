using OpenSora.DemoModel;
using OpenSora.Torch;

// Makes models/demo. `random` fills the networks with seeded random numbers: enough to run every stage, not to obey a prompt.
if (args is not ["random", _] and not ["random", _, _] || !ulong.TryParse(args.ElementAtOrDefault(2) ?? "1", out ulong seed))
{
    Console.Error.WriteLine("usage: OpenSora.DemoModel random FOLDER [SEED]");
    return 2;
}
TorchRuntime.Initialize(Environment.ProcessorCount);
RandomModel.Write(args[1], seed);
return 0;
