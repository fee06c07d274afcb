using System.CommandLine;

namespace Alignment.Runner.Cli;

/// <summary>
/// A command of the runner: its options are fields, its work is one method that calls the library.
/// Long work goes through <see cref="Watch{T}"/>, which draws progress.
/// </summary>
abstract class RunnerCommand : Command
{
    /// <summary>Prints results for machines; every command takes it.</summary>
    public static readonly Option<bool> Json = new("--json") { Description = "Print the result as one JSON document on standard output.", Recursive = true };

    readonly Terminal _terminal;

    protected RunnerCommand(Terminal terminal, string name, string description, params string[] examples) : base(name, description)
    {
        _terminal = terminal;
        this.TeachHelp(examples);
        SetAction((parse, stop) => Task.Run(() => Run(parse, terminal, stop), stop));
    }

    /// <summary>Does the work and returns the exit code; failures are exceptions.</summary>
    protected abstract int Run(ParseResult parse, Terminal terminal, CancellationToken stop);

    /// <summary>Runs <paramref name="work"/> under progress bars (a terminal) or plain lines (a log).</summary>
    protected T Watch<T>(Func<IProgress<WorkProgress>, T> work) => ProgressView.Run(_terminal, TimeProvider.System, work);

    /// <summary>What <see cref="Again"/> may say.</summary>
    protected const string ItContinues = "it continues", ItStartsOver = "it starts over";

    /// <summary>What the same command does when it was stopped and is run again; a command that keeps what it finished says so.</summary>
    public virtual string Again(ParseResult parse) => ItStartsOver;

    protected static bool WantsJson(ParseResult parse) => parse.GetValue(Json);
}
