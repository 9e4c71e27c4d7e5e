using System.CommandLine;
using System.CommandLine.Help;
using System.Net;
using OpenSora.Scheduling;
using OpenSora.Cluster.Store;
using OpenSora.Cluster.Videos;
using OpenSora.Contracts;
using OpenSora.Contracts.Cards;
using OpenSora.Contracts.Generation;
using OpenSora.Contracts.Settings;

namespace OpenSora.Silo.Service;

/// <summary><c>OpenSora.Silo serve</c>: the flags of a service.</summary>
internal static class ServeCommand
{
    private static readonly Option<string> Urls = new("--urls")
    {
        Description = "Where to listen, ';' between several. Any address but loopback needs OPENSORA_TOKEN.",
        DefaultValueFactory = _ => ServeOptions.DefaultUrl,
    };

    private static readonly Option<int?> Cards = new("--cards") { Description = "Cards of this machine; others join with opensora card. [default: 1; 0 where there may be several silos]" };
    private static readonly Option<int?> Threads = new("--threads") { Description = "CPU threads of each local card. [default: all cores, shared between them]" };
    private static readonly Option<string?> Device = new("--device") { Description = "Device of the local cards: cpu, cuda or gcu. [default: the best one present]" };

    private static readonly Option<string> Store = new("--store")
    {
        Description = "Folder of videos, their state and their jobs.",
        DefaultValueFactory = _ => ServeOptions.DefaultStore(SettingsReader.Read<StateOptions>()),
    };

    private static readonly Option<string?> Database = new("--database")
    {
        Description = $"PostgreSQL connection string for the state of videos; {CardProtocol.DatabaseVariable} keeps its password out of the process list. [default: a SQLite file in --store]",
    };

    private static readonly Option<string> Clustering = Choice("--clustering", "How several silos find each other: localhost (one silo) or postgres (through --database).", "localhost", "postgres");
    private static readonly Option<string?> SiloEndpoint = new("--silo-endpoint") { Description = "IP:PORT where cards and other silos reach this one: opensora card --join. [default: a free port of 127.0.0.1]" };
    private static readonly Option<string> Favour = Choice("--favour", "For videos that name no number of cards: latency (all cards are shared between those that are there) or throughput (one card each).", "latency", "throughput");
    private static readonly Option<int> MostWaiting = new("--most-waiting") { Description = "Videos that may wait.", DefaultValueFactory = _ => new SchedulerOptions().MostWaiting };
    private static readonly Option<int> MostWaitingOfOwner = new("--most-waiting-of-owner") { Description = "Videos of one owner that may wait.", DefaultValueFactory = _ => new SchedulerOptions().MostWaitingOfOwner };
    private static readonly Option<int> MostRunningOfOwner = new("--most-running-of-owner") { Description = "Videos of one owner that are worked on at a time.", DefaultValueFactory = _ => new SchedulerOptions().MostRunningOfOwner };
    private static readonly Option<int> MostUpload = new("--most-upload") { Description = "The largest request, in MiB.", DefaultValueFactory = _ => 64 };
    private static readonly Option<string?> Dit = new("--ckpt-path-dit") { Description = "Folder of the STDiT3 transformer, on the machines of the cards; here config.json of all four is read, and the tokenizer. [default: models/demo]" };
    private static readonly Option<string?> T5 = new("--ckpt-path-t5") { Description = "Folder of the T5 v1.1 text encoder. [default: models/demo]" };
    private static readonly Option<string?> Vae2d = new("--ckpt-path-vae2d") { Description = "Folder of the 2D VAE. [default: models/demo]" };
    private static readonly Option<string?> Vae3d = new("--ckpt-path-vae3d") { Description = "Folder of the video VAE. [default: models/demo]" };
    private static readonly Option<bool> Leash = new("--leash") { Description = "End when standard input does." };

    /// <returns>See <see cref="ExitCode"/>.</returns>
    public static async Task<int> Run(string[] line)
    {
        Command serve = new("serve", "Serves videos over HTTP, with a page at /, on cards of this machine and others that join.") { new HelpOption() };
        foreach (Option option in new Option[] { Urls, Cards, Threads, Device, Store, Database, Clustering, SiloEndpoint, Favour, MostWaiting, MostWaitingOfOwner, MostRunningOfOwner, MostUpload, Dit, T5, Vae2d, Vae3d, Leash })
            serve.Add(option);
        foreach (Option path in new Option[] { Store, Dit, T5, Vae2d, Vae3d })
            path.Validators.Add(given =>
            {
                if (given.Tokens.Any(token => token.Value.Length == 0))
                    given.AddError($"{path.Name} is empty: give a path, or leave the flag out");
            });
        serve.SetAction(async (parsed, cancel) =>
        {
            try
            {
                await using ServiceHost host = await ServiceHost.Start(Read(parsed, SettingsReader.Read<SiloSettings>()));
                foreach (Uri address in host.Addresses)
                    Console.Error.WriteLine($"opensora: listening on {address}");
                await host.Stopped;
                return ExitCode.Done;
            }
            catch (InputException error)
            {
                Console.Error.WriteLine($"opensora: {error.Message}");
                return ExitCode.BadInput;
            }
        });
        // Whoever asks for help asked opensora.
        ParseResult parsed = new Command("opensora") { serve }.Parse(["serve", .. line]);
        if (parsed.Errors.Count > 0)
        {
            Console.Error.WriteLine($"opensora: {parsed.Errors[0].Message.TrimEnd('.')}; see: opensora serve -h");
            return ExitCode.BadInput;
        }
        return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
    }

    private static ServeOptions Read(ParseResult parsed, SiloSettings settings)
    {
        string? database = parsed.GetValue(Database) ?? settings.Database;
        Clustering clustering = Enum.Parse<Clustering>(parsed.GetRequiredValue(Clustering), ignoreCase: true);
        if (clustering != Service.Clustering.Localhost && database is null)
            throw new InputException($"--clustering {parsed.GetValue(Clustering)} needs a database that all silos share: give --database, or set {CardProtocol.DatabaseVariable}");
        ModelFolders models = new() { Dit = parsed.GetValue(Dit), T5 = parsed.GetValue(T5), Vae2d = parsed.GetValue(Vae2d), Vae3d = parsed.GetValue(Vae3d) };
        return new ServeOptions
        {
            Urls = parsed.GetRequiredValue(Urls).Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries),
            Cards = Within("--cards", parsed.GetValue(Cards) ?? (clustering == Service.Clustering.Localhost ? 1 : 0), 0, 4096),
            Threads = parsed.GetValue(Threads) is { } threads ? Within("--threads", threads, 1, 1024) : null,
            Device = parsed.GetValue(Device),
            Clustering = clustering,
            Cluster = settings.Cluster,
            Membership = settings.Membership,
            Telemetry = settings.Telemetry,
            ApiTokensFile = settings.ApiTokensFile,
            SiloEndpoint = ReadEndpoint(parsed.GetValue(SiloEndpoint)),
            MostUploadBytes = (long)Within("--most-upload", parsed.GetValue(MostUpload), 1, 65_536) << 20,
            Leash = parsed.GetValue(Leash),
            Videos = new VideoServiceOptions
            {
                LatentRgb = models is { Dit: null, Vae3d: null } ? DemoDefaults.OfInstallation().LatentRgb : null,
                Store = Path.GetFullPath(parsed.GetRequiredValue(Store)),
                Database = database,
                Models = models,
                MostResults = settings.State.Results,
                Scheduling = new SchedulerOptions
                {
                    Favours = Enum.Parse<Favours>(parsed.GetRequiredValue(Favour), ignoreCase: true),
                    MostWaiting = Within("--most-waiting", parsed.GetValue(MostWaiting), 1, 1_000_000),
                    MostWaitingOfOwner = Within("--most-waiting-of-owner", parsed.GetValue(MostWaitingOfOwner), 1, 1_000_000),
                    MostRunningOfOwner = Within("--most-running-of-owner", parsed.GetValue(MostRunningOfOwner), 1, 1_000_000),
                },
            },
        };
    }

    private static IPEndPoint ReadEndpoint(string? word)
    {
        if (word is null)
            return new IPEndPoint(IPAddress.Loopback, 0);
        return IPEndPoint.TryParse(word, out IPEndPoint? endpoint) && !endpoint.Address.Equals(IPAddress.Any) && !endpoint.Address.Equals(IPAddress.IPv6Any)
            ? endpoint
            : throw new InputException($"--silo-endpoint '{word}' is no address that other silos can reach: give the IP address of this machine and a port, e.g. 10.0.0.5:11111");
    }

    private static int Within(string flag, int value, int least, int most) => value >= least && value <= most
        ? value
        : throw new InputException($"{flag} {value} is out of range: give {least} to {most}");

    private static Option<string> Choice(string name, string description, params string[] words)
    {
        Option<string> option = new(name) { Description = description, DefaultValueFactory = _ => words[0] };
        option.AcceptOnlyFromAmong(words);
        return option;
    }
}
