namespace Alignment;

/// <summary>
/// A failure the user can act on. Its message says subject, found, expected and next step; the console program ends with its exit code.
/// Any other escaping exception is a bug (exit code 1).
/// </summary>
public abstract class AlignmentException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>The process exit code, which tells a script the kind of failure.</summary>
    public abstract int ExitCode { get; }

    /// <summary>"Subject: found X, expected Y. Next step."</summary>
    private protected static string Say(string subject, string found, string expected, string nextStep) =>
        $"{subject}: found {found}, expected {expected}. {nextStep}";
}

/// <summary>A command or an option was used wrongly. Exit code 2.</summary>
public sealed class UsageException(string message, Exception? inner = null) : AlignmentException(message, inner)
{
    public override int ExitCode => 2;

    public static UsageException For(string subject, string found, string expected, string nextStep) =>
        new(Say(subject, found, expected, nextStep));
}

/// <summary>A file, row or tensor from outside is invalid. Exit code 3.</summary>
public sealed class BadDataException(string message, Exception? inner = null) : AlignmentException(message, inner)
{
    public override int ExitCode => 3;

    public static BadDataException For(string subject, string found, string expected, string nextStep, Exception? inner = null) =>
        new(Say(subject, found, expected, nextStep), inner);

    /// <summary>A file that cannot be read, with the system's reason.</summary>
    internal static BadDataException Unreadable(string subject, Exception e, string nextStep, string expected = "a readable file") =>
        For(subject, $"that it cannot be read ({e.Message.TrimEnd('.')})", expected, nextStep, e);
}

/// <summary>A program, a native library, an execution provider or a model is missing. Exit code 4.</summary>
public sealed class MissingDependencyException(string message, Exception? inner = null) : AlignmentException(message, inner)
{
    public override int ExitCode => 4;

    public static MissingDependencyException For(string subject, string found, string expected, string nextStep, Exception? inner = null) =>
        new(Say(subject, found, expected, nextStep), inner);
}

/// <summary>The work could not finish now, but a rerun may continue it: disk full, interrupted, busy. Exit code 75.</summary>
public sealed class RetryableException(string message, Exception? inner = null) : AlignmentException(message, inner)
{
    public override int ExitCode => 75;

    public static RetryableException For(string subject, string found, string expected, string nextStep, Exception? inner = null) =>
        new(Say(subject, found, expected, nextStep), inner);
}
