namespace Alignment;

/// <summary>
/// A failure the user can act on. Its message says subject, found, expected and next step; its exit code is what
/// the console program ends with. Anything else that escapes is a bug (exit code 1).
/// </summary>
public abstract class AlignmentException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>The process exit code that tells a script what kind of failure this was.</summary>
    public abstract int ExitCode { get; }

    /// <summary>"Subject: found X, expected Y. Next step."</summary>
    private protected static string Say(string subject, string found, string expected, string nextStep) =>
        $"{subject}: found {found}, expected {expected}. {nextStep}";
}

/// <summary>The command or an option was used wrongly. Exit code 2.</summary>
public sealed class UsageException(string message, Exception? inner = null) : AlignmentException(message, inner)
{
    public override int ExitCode => 2;

    public static UsageException For(string subject, string found, string expected, string nextStep) =>
        new(Say(subject, found, expected, nextStep));
}

/// <summary>A file, a row or a tensor from outside is not what it must be. Exit code 3.</summary>
public sealed class BadDataException(string message, Exception? inner = null) : AlignmentException(message, inner)
{
    public override int ExitCode => 3;

    public static BadDataException For(string subject, string found, string expected, string nextStep, Exception? inner = null) =>
        new(Say(subject, found, expected, nextStep), inner);
}

/// <summary>A program, a native library, a provider or a model is not there. Exit code 4.</summary>
public sealed class MissingDependencyException(string message, Exception? inner = null) : AlignmentException(message, inner)
{
    public override int ExitCode => 4;

    public static MissingDependencyException For(string subject, string found, string expected, string nextStep, Exception? inner = null) =>
        new(Say(subject, found, expected, nextStep), inner);
}

/// <summary>The work could not finish now but a rerun may continue it: disk full, interrupted, busy. Exit code 75.</summary>
public sealed class RetryableException(string message, Exception? inner = null) : AlignmentException(message, inner)
{
    public override int ExitCode => 75;

    public static RetryableException For(string subject, string found, string expected, string nextStep, Exception? inner = null) =>
        new(Say(subject, found, expected, nextStep), inner);
}
