using System.CommandLine;
using Alignment.Runner.Cli;

namespace Alignment.Tests.Runner.Cli;

public sealed class RunnerProgramTests
{
    static async Task<(int Code, string Output, string Errors)> Run(params string[] args)
    {
        var (terminal, output, errors) = TestTerminal.Make();
        int code = await RunnerProgram.RunAsync(args, terminal, CancellationToken.None);
        return (code, output.ToString(), errors.ToString());
    }

    /// <summary>Every command and subcommand, as one would type it.</summary>
    static IEnumerable<string[]> EveryCommand()
    {
        return Below(RunnerProgram.Build(TestTerminal.Make().Terminal), []);

        static IEnumerable<string[]> Below(Command at, string[] path) =>
            [path, .. at.Subcommands.SelectMany(c => Below(c, [.. path, c.Name]))];
    }

    [TestCaseSource(nameof(EveryCommand))]
    public async Task Help_EveryCommand_TeachesWithExamplesThatParse(params string[] command)
    {
        var (code, output, _) = await Run([.. command, "--help"]);

        Assert.That(code, Is.Zero);
        string[] examples = [.. output.Split('\n').SkipWhile(l => !l.StartsWith("Examples:", StringComparison.Ordinal)).Skip(1).Select(l => l.Trim()).Where(l => l.Length > 0)];
        Assert.That(examples, Is.Not.Empty);
        foreach (string example in examples)
        {
            string typed = example.Split('#')[0].Trim();
            Assert.That(typed, Does.StartWith("alignment"));
            Assert.That(RunnerProgram.Build(TestTerminal.Make().Terminal).Parse(typed["alignment".Length..]).Errors, Is.Empty, example);
        }
    }

    [TestCase("frobnicate")]
    [TestCase("--no-such-option")]
    public async Task Run_WhatItDoesNotKnow_IsUsage(params string[] args)
    {
        var (code, _, errors) = await Run(args);
        Assert.That(code, Is.EqualTo(2));
        Assert.That(errors, Does.Contain(args[0]));
    }

    [Test]
    public async Task Version_IsPrinted()
    {
        var (code, output, _) = await Run("--version");
        Assert.That(code, Is.Zero);
        Assert.That(output.Trim(), Does.Match(@"^\d+\.\d+\.\d+"));
    }
}
