namespace Alignment.Tests.Architecture;

/// <summary>
/// One folder uses another, each from the repository's root (<c>Alignment.MLNet/Dose</c>); the reason names a place where it does.
/// </summary>
sealed record Arrow(string From, string To, string Because);

/// <summary>What is wrong with folders and the arrows between them, a sentence for each finding.</summary>
/// <param name="levels">Which rooms there are, and how high each stands.</param>
/// <param name="projects">Folders of the projects, the highest first.</param>
sealed class HouseRules(IReadOnlyList<Level> levels, IReadOnlyList<string> projects)
{
    readonly Dictionary<(string Project, string Room), int> _heights =
        levels.SelectMany(l => l.Rooms.Select(r => (Key: (l.Project, r), l.Height))).ToDictionary(e => e.Key, e => e.Height);

    /// <summary>Folders whose room has no row, and rows whose room has no folder.</summary>
    public IEnumerable<string> Unlisted(IReadOnlyCollection<string> folders)
    {
        var rooms = folders.Select(Room).ToHashSet();
        foreach (var (project, room) in rooms.Where(r => !_heights.ContainsKey(r)).Order())
            yield return $"The folder '{project}/{room}' has no row in the table of levels: give it one.";
        foreach (var (project, room) in _heights.Keys.Where(r => !rooms.Contains(r)).Order())
            yield return $"The table of levels has a row for '{project}/{room}', where no source is: remove it.";
    }

    /// <summary>Arrows to a project, or to a room of the same project, that does not stand lower.</summary>
    public IEnumerable<string> NotDownwards(IEnumerable<Arrow> arrows)
    {
        foreach (var arrow in arrows)
        {
            var (from, to) = (Room(arrow.From), Room(arrow.To));
            if (from == to) continue;
            if (from.Project != to.Project)
            {
                if (Index(from.Project) > Index(to.Project))
                    yield return $"{arrow.From} → {arrow.To}: the project '{to.Project}' stands above '{from.Project}'. {arrow.Because}";
            }
            else if (_heights.TryGetValue(from, out int high) && _heights.TryGetValue(to, out int low) && high <= low)
                yield return $"{arrow.From} (level {high}) → {arrow.To} (level {low}): a room uses only lower levels. {arrow.Because}";
        }
    }

    /// <summary>One cycle of folders, sub-folders counted each for itself, if there is any.</summary>
    public static IEnumerable<string> Cycles(IEnumerable<Arrow> arrows)
    {
        var targets = arrows.Where(a => a.From != a.To).ToLookup(a => a.From);
        var done = new HashSet<string>();
        foreach (string start in targets.Select(t => t.Key).Order())
            if (Walk(start, []) is { } cycle)
                return ["A cycle of folders:" + string.Concat(cycle.Select(a => $"\n  {a.From} → {a.To}: {a.Because}"))];
        return [];

        List<Arrow>? Walk(string at, List<Arrow> way)
        {
            int since = way.FindIndex(a => a.From == at);
            if (since >= 0) return way[since..];
            if (done.Contains(at)) return null;
            foreach (var arrow in targets[at])
            {
                way.Add(arrow);
                if (Walk(arrow.To, way) is { } cycle) return cycle;
                way.RemoveAt(way.Count - 1);
            }
            done.Add(at);
            return null;
        }
    }

    int Index(string project)
    {
        for (int i = 0; i < projects.Count; i++)
            if (projects[i] == project) return i;
        throw new ArgumentException($"The project '{project}' is none of: {string.Join(", ", projects)}.", nameof(project));
    }

    static (string Project, string Room) Room(string folder)
    {
        string[] parts = folder.Split('/');
        return (parts[0], parts.Length > 1 ? parts[1] : House.Root);
    }
}
