namespace Alignment;

/// <summary>
/// A failure the user can act on: subject, found, expected, next step. Any other escaping exception is a bug (exit code 1).
/// </summary>
public abstract class AlignmentException : Exception
{
    readonly Phrase _message;

    private protected AlignmentException(Phrase message, Exception? inner) : base(message.ToString(), inner) => _message = message;

    public abstract int ExitCode { get; }

    /// <summary>The message with every option called by <paramref name="name"/>, such as its flag.</summary>
    public string Say(Func<OptionName, string> name) => _message.Say(name);

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

/// <summary>The work could not finish now, but a rerun may continue it. Exit code 75.</summary>
public sealed class RetryableException(Phrase message, Exception? inner = null) : AlignmentException(message, inner)
{
    public override int ExitCode => 75;

    public static RetryableException For(Phrase subject, Phrase found, Phrase expected, Phrase nextStep, Exception? inner = null) =>
        new(Sentence(subject, found, expected, nextStep), inner);
}
