using Alignment.Runner.Cli;

namespace Alignment.Tests.Runner.Cli;

public sealed class FailureTests
{
    static readonly object[] s_cases =
    [
        new object[] { UsageException.For("--size", "'0'", "a positive number", "Try 512."), 2 },
        new object[] { BadDataException.For("a.png", "text", "a picture", "Replace it."), 3 },
        new object[] { MissingDependencyException.For("ffmpeg", "nothing", "ffmpeg on PATH", "Install it."), 4 },
        new object[] { RetryableException.For("disk", "0 B", "1 GB", "Free some."), 75 },
        new object[] { new OperationCanceledException(), 75 },
        new object[] { new IOException("No space left on device", 28), 75 },
        new object[] { new AggregateException(new BadDataException("inner")), 3 },
        new object[] { new FileNotFoundException("x"), 3 },
        new object[] { new InvalidOperationException("oops"), 1 },
    ];

    [TestCaseSource(nameof(s_cases))]
    public void Report_EachKindOfFailure_HasItsExitCodeAndOneLine(Exception error, int code)
    {
        var (terminal, output, errors) = TestTerminal.Make();

        Assert.That(Failure.Report(error, terminal, json: false, "it starts over"), Is.EqualTo(code));

        Assert.That(output.ToString(), Is.Empty);
        Assert.That(errors.ToString().TrimEnd().Split('\n'), code == 1 ? Has.Length.GreaterThan(1) : Has.Length.EqualTo(1));
    }

    static readonly Exception[] s_retried = [new OperationCanceledException(), new IOException("No space left on device", 28),
        new IOException("Broken pipe", 32)];

    [TestCaseSource(nameof(s_retried))]
    public void Report_WhatMayBeRunAgain_SaysWhatThatDoes(Exception error)
    {
        foreach (string again in new[] { "it continues", "it starts over" })
        {
            var (terminal, _, errors) = TestTerminal.Make();
            Failure.Report(error, terminal, json: false, again);
            Assert.That(errors.ToString().TrimEnd(), Does.EndWith($"un the same command again; {again}."));
        }
    }

    [Test]
    public void Report_Json_PutsTheMessageOnStandardOutput()
    {
        var (terminal, output, _) = TestTerminal.Make();
        Failure.Report(new BadDataException("row 3 is \"odd\""), terminal, json: true, "it starts over");

        using var document = System.Text.Json.JsonDocument.Parse(output.ToString());
        Assert.That(document.RootElement.GetProperty("error").GetProperty("message").GetString(), Is.EqualTo("row 3 is \"odd\""));
        Assert.That(document.RootElement.GetProperty("error").GetProperty("exit_code").GetInt32(), Is.EqualTo(3));
    }
}
