namespace Alignment;

/// <summary>The result of a job that goes on past a broken video, scene or file.</summary>
public interface IJobResult
{
    /// <summary>True where something that was to be in the result is not: the console program then ends with exit code 3.</summary>
    bool HasFailures { get; }
}
