using System.Diagnostics;
using OpenSora.Contracts.Files;
using OpenSora.TestKit;

namespace OpenSora.Contracts.Tests.Files;

public sealed class NameReservationTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(NameReservation.Always)]
    [InlineData(NameReservation.Never)]
    public void ASecondRunIsRefusedWhileTheFirstHoldsItsNames(string overwrite)
    {
        using (Take(overwrite).Held)
        {
            InputException refused = Assert.ThrowsAny<InputException>(() => Take(overwrite));
            Assert.Contains($"{_folder["a_0000"]} is being made by another run: wait for it, or give", refused.Message, StringComparison.Ordinal);
        }
        Take(overwrite).Held.Dispose();
        Assert.Empty(_folder.Files);
    }

    [Fact]
    public void NumbersGoOnAfterThoseThatAreHeldOrThere()
    {
        _folder.Write("a_0001.mp4", []);
        using NameReservation first = Take(NameReservation.Number, out int zero), second = Take(NameReservation.Number, out int two);
        Assert.Equal((0, 2), (zero, two));
        // Two names in a row: neither of them may be taken.
        (int added, NameReservation third) = NameReservation.Take(NameReservation.Number, more => [Name(more), Name(more + 1)]);
        third.Dispose();
        Assert.Equal(3, added);
    }

    [Fact]
    public void AFileThatIsThereIsReplacedOrKept()
    {
        _folder.Write("a_0000.mp4", []);
        Take(NameReservation.Always).Held.Dispose();
        InputException refused = Assert.ThrowsAny<InputException>(() => Take(NameReservation.Never));
        Assert.Contains($"{_folder["a_0000.mp4"]} is there, and --overwrite never keeps it", refused.Message, StringComparison.Ordinal);
        Assert.Equal(["a_0000.mp4"], _folder.Files);
    }

    [Fact]
    public void AFolderOfTheNameIsRefused()
    {
        Directory.CreateDirectory(_folder["a_0000.mp4"]);
        Assert.Contains("is a folder", Assert.Throws<InputException>(() => Take(NameReservation.Always)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ANameThatIsTooLongIsRefused()
    {
        string name = _folder[new string('x', 252)];
        Assert.Contains(name, Assert.Throws<InputException>(() => NameReservation.Take(NameReservation.Always, _ => [new ReservedName(name, [])])).Message, StringComparison.Ordinal);
    }

    /// <summary>The name itself is short enough, and so is its lock.</summary>
    [Fact]
    public void AFileWhoseNameIsTooLongIsRefused()
    {
        string name = new('x', 242), marked = _folder[$"new/{name}_watermark.mp4"];
        ReservedName both = new(_folder[$"new/{name}"], [_folder[$"new/{name}.mp4"], marked]);
        InputException refused = Assert.Throws<InputException>(() => NameReservation.Take(NameReservation.Always, _ => [both]));
        Assert.StartsWith($"cannot write {marked} (", refused.Message, StringComparison.Ordinal);
        Assert.EndsWith("give a shorter --sample-name or --save-dir", refused.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFiles(_folder["new"]));
    }

    /// <summary>What a run that was killed held, the next one gets.</summary>
    [Fact]
    public void ALockThatWasLeftBehindHoldsNothing()
    {
        _folder.Write(".a_0000.lock", "x"u8);
        Take(NameReservation.Always).Held.Dispose();
        Assert.Empty(_folder.Files);
    }

    [Fact]
    public void AnotherProcessHoldsIt()
    {
        _folder.Write(".a_0000.lock", []);
        using Process other = Process.Start(new ProcessStartInfo("flock", [_folder[".a_0000.lock"], "-c", "echo held; read end"]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        Assert.Equal("held", other.StandardOutput.ReadLine());
        Assert.Contains("is being made by another run", Assert.ThrowsAny<InputException>(() => Take(NameReservation.Always)).Message, StringComparison.Ordinal);
        other.StandardInput.Close();
        other.WaitForExit();
        Take(NameReservation.Always).Held.Dispose();
    }

    private (int Added, NameReservation Held) Take(string overwrite) => NameReservation.Take(overwrite, more => [Name(more)]);

    private NameReservation Take(string overwrite, out int added)
    {
        (added, NameReservation held) = Take(overwrite);
        return held;
    }

    private ReservedName Name(int number) => new(_folder[$"a_{number:D4}"], [_folder[$"a_{number:D4}.mp4"]]);
}
