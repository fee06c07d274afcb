namespace Alignment;

/// <summary>The state of long work, reported through <see cref="IProgress{T}"/>.</summary>
/// <param name="Stage">The activity, in a few words ("editing scenes").</param>
/// <param name="Done">Units finished, 0 … <paramref name="Total"/>.</param>
/// <param name="Total">All units; 0 while unknown.</param>
/// <param name="Note">The current item, or null.</param>
public readonly record struct WorkProgress(string Stage, long Done, long Total, string? Note = null);
