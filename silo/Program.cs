using OpenSora.Contracts;
using OpenSora.Contracts.Files;
using OpenSora.Silo.Doctor;
using OpenSora.Silo.Service;

StandardStreams.Guard(isData: false);
if (args is ["doctor"])
    return DoctorCommand.Run();
if (args is ["serve", ..])
    return await ServeCommand.Run(args[1..]);
Console.Error.WriteLine("usage: OpenSora.Silo serve [flags] (a service of videos; serve -h tells them), or OpenSora.Silo doctor (a request on standard input)");
return ExitCode.BadInput;
