using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Alignment.Runner.Cli;

/// <summary>Help that teaches: the parser's own help, then commands one can copy.</summary>
static class HelpExamples
{
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
            int code = plain.Invoke(parse);
            var to = parse.InvocationConfiguration.Output;
            to.WriteLine("Examples:");
            foreach (string example in examples) to.WriteLine($"  {example}");
            to.WriteLine();
            return code;
        }

        public override bool ClearsParseErrors => true;
    }
}
