using Alignment.Runner.Cli;

namespace Alignment.Tests.Runner.Cli;

public sealed class ProgressViewTests
{
    sealed class Clock : TimeProvider
    {
        public long Seconds { get; set; }
        public override long TimestampFrequency => 1;
        public override long GetTimestamp() => Seconds;
    }

    [Test]
    public void Lines_SteadyWork_SaysHowFarAndHowLong()
    {
        var (terminal, _, errors) = TestTerminal.Make();
        var clock = new Clock();

        ProgressView.Run(terminal, clock, progress =>
        {
            for (int done = 20; done <= 100; done += 2, clock.Seconds++) progress.Report(new("editing", done, 100));
            return 0;
        });

        string[] lines = errors.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        // 40 s of work, a line each 5 s. After 5 s: 10 of the remaining 80 done, 70 left at 2 a second.
        Assert.That(lines[0], Is.EqualTo("editing 20/100"));
        Assert.That(lines[1], Is.EqualTo("editing 30/100, about 35 s left"));
        Assert.That(lines[^1], Is.EqualTo("editing 100/100"));
        Assert.That(lines, Has.Length.EqualTo(9));
    }
}
