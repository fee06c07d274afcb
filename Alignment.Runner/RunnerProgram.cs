using System.CommandLine.Invocation;
using Alignment.MLNet.Storage;
using Alignment.Transforms.Attention;

namespace Alignment.Runner;

// The whole command line: its commands, and what one invocation ends with.
static class RunnerProgram
{
    // How long a cancelled command may take to leave its files in order.
    static readonly TimeSpan s_cleanUp = TimeSpan.FromSeconds(30);

    public static RootCommand Build(Terminal terminal)
    {
        var root = new RootCommand(
            $"Tests whether where and when viewers look at the product changes what a video ad achieves: makes "
            + $"{NumberWords.Of(Variant.All.Count)} controlled versions of an ad, re-rendered scene by scene, and analyses the A/B data.")
        {
            RunnerCommand.Json,
        };
        foreach (var command in RunnerCommands.All(terminal)) root.Add(command);
        RefuseEmptyPaths(root);
        RefuseDecimalCommas(root);
        root.TeachHelp(
            "alignment demo --out demo                               # no data yet? the whole job on drawn ads",
            "alignment doctor                                        # is everything here that it needs?",
            "alignment run --data data --model onnx/bundles/tiny --out out");
        return root;
    }

    // An empty path is an unset variable in somebody's script, never the folder one is in.
    static void RefuseEmptyPaths(Command command)
    {
        foreach (var option in command.Options.Where(o => o.HelpName is "DIR" or "FILE" or "BUNDLE"))
        {
            option.Validators.Add(result =>
            {
                if (result.Tokens.Any(t => string.IsNullOrWhiteSpace(t.Value)))
                    result.AddError($"{option.Name}: found an empty text, expected a path.");
            });
        }
        foreach (var below in command.Subcommands) RefuseEmptyPaths(below);
    }

    // The parser takes commas for separators of thousands, so that 1,5 would be 15.
    static void RefuseDecimalCommas(Command command)
    {
        foreach (var option in command.Options.Where(o => IsDecimal(Nullable.GetUnderlyingType(o.ValueType) ?? o.ValueType)))
        {
            option.Validators.Add(result =>
            {
                foreach (var typed in result.Tokens.Where(t => !IsPlain(t.Value)
                    && double.TryParse(t.Value, CultureInfo.InvariantCulture, out _)))
                    result.AddError($"{option.Name}: found '{SafePath.Shorten(typed.Value)}', expected a number with a point and no "
                        + $"separators, such as 1.5.");
            });
        }
        foreach (var below in command.Subcommands) RefuseDecimalCommas(below);

        static bool IsDecimal(Type type) => type == typeof(float) || type == typeof(double);
        static bool IsPlain(string text) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _);
    }

    // Parses and runs. Never throws: every failure becomes a message on standard error and an exit code.
    public static async Task<int> RunAsync(string[] args, Terminal terminal, CancellationToken cancellationToken)
    {
        CultureInfo.CurrentCulture = CultureInfo.DefaultThreadCurrentCulture = CultureInfo.InvariantCulture;
        bool json = args.Contains(RunnerCommand.Json.Name);
        RunnerCommand? command = null;
        string again = "";
        try
        {
            // '@name' is a file name like any other here, not a file of arguments.
            var parse = Build(terminal).Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
            var how = new InvocationConfiguration
            {
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = s_cleanUp,
                Output = terminal.OutputWriter,
                Error = terminal.ErrorWriter,
            };
            if (parse.Action is ParseErrorAction) throw new UsageException(ParseErrors.Say(parse));
            command = parse.CommandResult.Command as RunnerCommand;
            again = command?.Again(parse) ?? "";
            return await parse.InvokeAsync(how, cancellationToken);
        }
        catch (Exception e)
        {
            return Failure.Report(e, terminal, json, again, command is null ? null : command.NameOf);
        }
    }
}
