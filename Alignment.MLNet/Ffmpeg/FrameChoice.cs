namespace Alignment.MLNet.Ffmpeg;

/// <summary>ffmpeg's "select" filter for a list of frames counted by decoding: a search tree, so that ten thousand of them cost fourteen
/// comparisons a frame.</summary>
static class FrameChoice
{
    // Windows takes 32,767 characters for a whole command line.
    const int MostOnCommandLine = 8000;
    const string FileName = "filter";

    public static string Select(IReadOnlyList<long> frames)
    {
        for (int i = 0; i < frames.Count; i++)
            if (frames[i] < 0 || (i > 0 && frames[i] <= frames[i - 1]))
                throw new ArgumentException("Frames ascend, each once.", nameof(frames));
        var text = new StringBuilder("select='");
        Tree(text, frames, 0, frames.Count);
        return text.Append("',").ToString();
    }

    // The option that carries chain: on the command line, or in a file of the workspace where it is long.
    public static string Option(string chain, FfmpegWorkspace workspace, FfmpegTools tools)
    {
        if (chain.Length <= MostOnCommandLine) return "-vf " + chain;
        File.WriteAllText(Path.Combine(workspace.Folder, FileName), chain);
        return $"{tools.FilterFileOption} {FileName}";
    }

    static void Tree(StringBuilder to, IReadOnlyList<long> frames, int from, int until)
    {
        if (until - from == 1)
        {
            to.Append(CultureInfo.InvariantCulture, $"eq(n,{frames[from]})");
            return;
        }
        int middle = (from + until) / 2;
        to.Append(CultureInfo.InvariantCulture, $"if(lt(n,{frames[middle]}),");
        Tree(to, frames, from, middle);
        to.Append(',');
        Tree(to, frames, middle, until);
        to.Append(')');
    }
}
