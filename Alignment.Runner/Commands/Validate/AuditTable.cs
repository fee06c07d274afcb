using Alignment.MLNet.Audit;

namespace Alignment.Runner.Commands.Validate;

// An audit for people in a terminal: how much of what, and where the page is.
static class AuditTable
{
    public static void Print(AuditResult audit, IAnsiConsole to)
    {
        if (audit.Counts.Count > 0)
        {
            var counts = Tables.Of("audit", "how often");
            foreach (var (kind, count) in audit.Counts) counts.Row(AuditKinds.Title(kind), N(count));
            to.Write(counts);
        }
        to.WriteLine($"{N(audit.Errors)} error(s), {N(audit.Warnings)} warning(s), {N(audit.Notes)} note(s). The page: {audit.PagePath}");
    }
}
