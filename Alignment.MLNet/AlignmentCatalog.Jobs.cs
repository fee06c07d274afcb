namespace Alignment.MLNet;

/// <summary>What is not one stage: the jobs of the console's commands.</summary>
public sealed partial class AlignmentCatalog
{
    /// <summary>The jobs. Each takes its inputs, options whose defaults are the product's, a progress and a cancellation token.</summary>
    public AlignmentJobs Jobs { get; } = new();
}
