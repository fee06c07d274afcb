using Alignment.MLNet.Dataset;

namespace Alignment.MLNet.Audit;

/// <summary>What the audit found, in numbers; the findings themselves are in the files.</summary>
/// <param name="Folder">Full path of the folder with <c>audit.html</c>, <c>audit.json</c>, <c>audit.csv</c> and <c>scenes.csv</c>.</param>
/// <param name="Errors">Findings that leave something out or would make a result wrong.</param>
/// <param name="Warnings">Findings that would make a result weaker than it looks.</param>
/// <param name="Notes">The rest.</param>
/// <param name="Counts">How often each kind occurred.</param>
public sealed record AuditResult(string Folder, long Errors, long Warnings, long Notes, IReadOnlyDictionary<AuditKind, long> Counts)
{
    /// <summary>The page's file name.</summary>
    public const string PageName = "audit.html";

    /// <summary>All findings and the numbers of each video, as JSON.</summary>
    public const string JsonName = "audit.json";

    /// <summary>All findings, one row each.</summary>
    public const string CsvName = "audit.csv";

    /// <summary>All scenes with what was measured, one row each.</summary>
    public const string ScenesName = "scenes.csv";

    /// <summary>The page's full path.</summary>
    public string PagePath => Path.Combine(Folder, PageName);
}

/// <summary>The validation and the audit of one run.</summary>
public sealed record AuditedData(ValidationResult Validation, AuditResult Audit);
