namespace Alignment;

/// <summary>
/// A failure the user can act on. Its message says subject, found, expected and next step; the console program ends with its exit code.
/// Any other escaping exception is a bug (exit code 1).
/// </summary>
public abstract class AlignmentException : Exception
{
    readonly Phrase _message;

    private protected AlignmentException(Phrase message, Exception? inner) : base(message.ToString(), inner) => _message = message;

    /// <summary>The process exit code that tells a script what kind of failure this was.</summary>
    public abstract int ExitCode { get; }

    /// <summary>The message with every option called by <paramref name="name"/>, as a console that has flags for them does.</summary>
    public string Say(Func<OptionName, string> name) => _message.Say(name);

    /// <summary>"Subject: found X, expected Y. Next step."</summary>
    private protected static Phrase Sentence(Phrase subject, Phrase found, Phrase expected, Phrase nextStep) =>
        $"{subject}: found {found}, expected {expected}. {nextStep}";
}

/// <summary>The command or an option was used wrongly. Exit code 2.</summary>
public sealed class UsageException(Phrase message, Exception? inner = null) : AlignmentException(message, inner)
{
    public override int ExitCode => 2;

    public static UsageException For(Phrase subject, Phrase found, Phrase expected, Phrase nextStep) =>
        new(Sentence(subject, found, expected, nextStep));
}

/// <summary>A file, a row or a tensor from outside is not what it must be. Exit code 3.</summary>
public sealed class BadDataException(Phrase message, Exception? inner = null) : AlignmentException(message, inner)
{
    public override int ExitCode => 3;

    public static BadDataException For(Phrase subject, Phrase found, Phrase expected, Phrase nextStep, Exception? inner = null) =>
        new(Sentence(subject, found, expected, nextStep), inner);

    /// <summary>A file that cannot be read, with the system's reason.</summary>
    internal static BadDataException Unreadable(string subject, Exception e, string nextStep, string expected = "a readable file") =>
        For(subject, $"that it cannot be read ({e.Message.TrimEnd('.')})", expected, nextStep, e);
}

/// <summary>A program, a native library, a provider or a model is not there. Exit code 4.</summary>
public sealed class MissingDependencyException(Phrase message, Exception? inner = null) : AlignmentException(message, inner)
{
    public override int ExitCode => 4;

    public static MissingDependencyException For(Phrase subject, Phrase found, Phrase expected, Phrase nextStep, Exception? inner = null) =>
        new(Sentence(subject, found, expected, nextStep), inner);
}

/// <summary>The work could not finish now but a rerun may continue it: disk full, interrupted, busy. Exit code 75.</summary>
public sealed class RetryableException(Phrase message, Exception? inner = null) : AlignmentException(message, inner)
{
    public override int ExitCode => 75;

    public static RetryableException For(Phrase subject, Phrase found, Phrase expected, Phrase nextStep, Exception? inner = null) =>
        new(Sentence(subject, found, expected, nextStep), inner);
}
