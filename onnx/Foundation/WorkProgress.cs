namespace Alignment;

/// <summary>
/// The state of long work: <paramref name="Done"/> of <paramref name="Total"/> units (0 while unknown) and the current item, or null.
/// </summary>
public readonly record struct WorkProgress(string Stage, long Done, long Total, string? Note = null);
