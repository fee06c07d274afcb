using System.Text.Json.Serialization;
using Alignment.MLNet.Dataset;

namespace Alignment.MLNet.Audit;

/// <summary>What the audit found, in numbers; the findings themselves are in the files.</summary>
/// <param name="Folder">Full path of the folder with the files named below.</param>
/// <param name="Errors">Findings that leave something out or would make a result wrong.</param>
/// <param name="Warnings">Findings that would make a result weaker than it looks.</param>
/// <param name="Notes">The rest.</param>
/// <param name="Counts">How often each kind occurred.</param>
public sealed record AuditResult(string Folder, long Errors, long Warnings, long Notes, IReadOnlyDictionary<AuditKind, long> Counts)
    : IJobResult
{
    bool IJobResult.HasFailures => ((IJobResult)Validation).HasFailures;

    /// <summary>File names: the page; all findings with the numbers of each video; all findings, and all scenes with what was measured, a
    /// row each.</summary>
    public const string PageName = "audit.html", JsonName = "audit.json", CsvName = "audit.csv", ScenesName = "scenes.csv";

    /// <summary>The page's full path.</summary>
    public string PagePath => Path.Combine(Folder, PageName);

    /// <summary>The validation of the same pass.</summary>
    [JsonIgnore]
    public required ValidationResult Validation { get; init; }
}
