namespace Alignment.Runner.Cli;

/// <summary>A command of the runner: its flags are bound to what they set in the library, its work is one method that calls it. Long work
/// goes through <see cref="Watch{T}"/>, which draws progress.</summary>
abstract class RunnerCommand : Command
{
    // Prints results for machines; every command takes it.
    public static readonly Option<bool> Json = new("--json")
    {
        Description = "Print the result as one JSON document on standard output.",
        Recursive = true
    };

    readonly Terminal _terminal;
    readonly Dictionary<OptionName, string> _flags = [];

    protected RunnerCommand(Terminal terminal, string name, string description, params string[] examples) : base(name, description)
    {
        _terminal = terminal;
        this.TeachHelp(examples);
        SetAction((parse, cancellationToken) => Task.Run(() => Run(parse, terminal, cancellationToken), cancellationToken));
    }

    // The flag of each property and parameter that this command sets.
    public IReadOnlyDictionary<OptionName, string> Bound => _flags;

    // What option is called here: by its flag, or where it has none by its own name.
    public string NameOf(OptionName option) =>
        _flags.TryGetValue(option, out string? flag) ? flag
        : option.Owner is null && _flags.FirstOrDefault(f => f.Key.Name.Equals(option.Name,
        StringComparison.OrdinalIgnoreCase)).Value is { } same ? same
        : option.Name;

    // Says that flag sets option.
    public void Bind(string flag, OptionName option) => _flags[option] = flag;

    // Adds options that are parameters of the job, or the console's own: each with what it sets.
    protected void Parameters(params (Option Option, string Parameter)[] options)
    {
        foreach (var (option, parameter) in options)
        {
            Add(option);
            Bind(option.Name, OptionName.Parameter(parameter));
        }
    }

    // Does the work and returns its result, which decides the exit code (ExitCodes.Of); failures are exceptions.
    protected abstract int Run(ParseResult parse, Terminal terminal, CancellationToken cancellationToken);

    // Prints a result, for machines or by print for people. Returns the exit code it stands for.
    protected static int Show<T>(ParseResult parse, Terminal terminal, T result, Action<T, IAnsiConsole> print) where T : notnull
    {
        if (WantsJson(parse)) terminal.WriteJson(result);
        else print(result, terminal.Out);
        return ExitCodes.Of(result);
    }

    // Runs work under progress bars (a terminal) or plain lines (a log).
    protected T Watch<T>(Func<IProgress<WorkProgress>, T> work) => ProgressView.Run(_terminal, TimeProvider.System, work);

    // What Again may say.
    protected const string ItContinues = "it continues", ItStartsOver = "it starts over";

    // What the same command does when it was stopped and is run again; a command that keeps what it finished says so.
    public virtual string Again(ParseResult parse) => ItStartsOver;

    protected static bool WantsJson(ParseResult parse) => parse.GetValue(Json);
}
