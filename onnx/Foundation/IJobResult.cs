namespace Alignment;

/// <summary>The result of a job that goes on past a broken video, scene or file.</summary>
public interface IJobResult
{
    /// <summary>Something that was to be in the result is missing: exit code 3.</summary>
    bool HasFailures { get; }
}
