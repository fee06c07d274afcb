namespace Alignment;

/// <summary>How far a long piece of work is. Libraries report it through <see cref="IProgress{T}"/>; only the console draws it.</summary>
/// <param name="Stage">What is being done, in a few words ("editing scenes").</param>
/// <param name="Done">Units finished, 0 … <paramref name="Total"/>.</param>
/// <param name="Total">Units in all; 0 while unknown.</param>
/// <param name="Note">The item at hand, or null.</param>
public readonly record struct WorkProgress(string Stage, long Done, long Total, string? Note = null);
