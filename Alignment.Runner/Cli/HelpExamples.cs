using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Alignment.Runner.Cli;

/// <summary>Help that teaches: the parser's own help, then commands one can copy. Rare flags are left to <c>--help advanced</c>.</summary>
static class HelpExamples
{
    // After --help: with the rare flags.
    public const string Advanced = "advanced";

    public static void TeachHelp(this Command command, params string[] examples)
    {
        var own = command.Options.OfType<HelpOption>().SingleOrDefault();
        if (own is null) command.Options.Add(own = new HelpOption());
        own.Action = new WithExamples((HelpAction)(own.Action ?? new HelpAction()), examples);
    }

    sealed class WithExamples(HelpAction plain, string[] examples) : SynchronousCommandLineAction
    {
        public override int Invoke(ParseResult parse)
        {
            var to = parse.InvocationConfiguration.Output;
            Option[] rare = [.. parse.CommandResult.Command.Options.Where(o => o.Hidden)];
            bool all = parse.Tokens.Any(t => t.Value == Advanced);
            foreach (Option option in rare) option.Hidden = !all;
            int code = plain.Invoke(parse);
            if (rare.Length > 0 && !all) to.WriteLine($"{rare.Length} rare options more: --help {Advanced}\n");
            to.WriteLine("Examples:");
            foreach (string example in examples) to.WriteLine($"  {example}");
            to.WriteLine();
            return code;
        }

        public override bool ClearsParseErrors => true;
    }
}
