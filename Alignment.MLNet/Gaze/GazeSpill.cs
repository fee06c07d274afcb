using System.Runtime.CompilerServices;

namespace Alignment.MLNet.Gaze;

// A used gaze row: its scene's slot, its pixel in the scene's map, its weight, a hash of the viewer's name.
[StructLayout(LayoutKind.Sequential)]
readonly record struct GazeRow(int Slot, int Pixel, double Weight, ulong Participant);

/// <summary>Sorts rows by scene in bounded memory (an external sort): runs of up to a million rows are sorted – stable, so that sums are
/// taken in the file's order – and written to one temporary file; then all runs are read side by side.</summary>
sealed class GazeSpill : IDisposable
{
    // Rows sorted at a time: 24 MB.
    public const int RunRows = 1 << 20;

    // For reading all runs together.
    const int ReadBytes = 32 << 20;

    readonly string _path;
    readonly int[] _starts;   // counting sort
    readonly int _runRows;
    readonly List<Run> _runs = [];
    GazeRow[] _rows, _sorted = [];
    FileStream? _file;
    int _count, _atRun;
    bool _isFinished;

    sealed class Run
    {
        public long Offset, Left;
        public GazeRow[] Buffer = [];
        public int At, End;
    }

    // The temporary file is used only when memory does not suffice, and deleted at the end.
    public GazeSpill(string path, int slots, int runRows = RunRows)
    {
        (_path, _runRows) = (path, runRows);
        _starts = new int[slots + 1];
        _rows = new GazeRow[Math.Min(1024, runRows)];
    }

    public void Add(in GazeRow row)
    {
        if (_count == _rows.Length)
        {
            if (_count < _runRows) Array.Resize(ref _rows, (int)Math.Min(_runRows, 2L * _count));
            else
            {
                Sort();
                WriteRun();
            }
        }
        _rows[_count++] = row;
    }

    public void Finish()
    {
        _isFinished = true;
        Sort();
        if (_file is null)
        {
            _runs.Add(new() { Buffer = _sorted, End = _count });
            _rows = [];
            return;
        }
        WriteRun();
        _rows = _sorted = [];
        int rows = Math.Clamp(ReadBytes / Unsafe.SizeOf<GazeRow>() / _runs.Count, 64, _runRows);
        foreach (Run run in _runs) run.Buffer = new GazeRow[rows];
    }

    // The next rows of a scene, in the order they came; call until it is false. Scenes are read in ascending order; others may be skipped.
    public bool Next(int slot, out ReadOnlySpan<GazeRow> rows)
    {
        if (!_isFinished) throw new InvalidOperationException("The rows are still being taken.");
        for (; _atRun < _runs.Count; _atRun++)
        {
            Run run = _runs[_atRun];
            while (Fill(run))
            {
                Span<GazeRow> left = run.Buffer.AsSpan(run.At, run.End - run.At);
                int from = 0, to;
                while (from < left.Length && left[from].Slot < slot) from++;
                for (to = from; to < left.Length && left[to].Slot == slot;) to++;
                run.At += to;
                if (to > from)
                {
                    rows = left[from..to];
                    return true;
                }
                if (to < left.Length) break;   // the run goes on with a later scene
            }
        }
        _atRun = 0;
        rows = default;
        return false;
    }

    public void Dispose() => _file?.Dispose();

    bool Fill(Run run)
    {
        if (run.At < run.End) return true;
        if (run.Left == 0) return false;
        int n = (int)Math.Min(run.Left, run.Buffer.Length);
        Span<byte> to = MemoryMarshal.AsBytes(run.Buffer.AsSpan(0, n));
        for (int done = 0; done < to.Length;)
        {
            int read = RandomAccess.Read(_file!.SafeFileHandle, to[done..], run.Offset + done);
            if (read == 0) throw new EndOfStreamException("The temporary file of gaze rows has become shorter.");
            done += read;
        }
        run.Offset += to.Length;
        run.Left -= n;
        (run.At, run.End) = (0, n);
        return true;
    }

    void Sort()
    {
        if (_sorted.Length < _count) _sorted = new GazeRow[_rows.Length];
        Array.Clear(_starts);
        ReadOnlySpan<GazeRow> rows = _rows.AsSpan(0, _count);
        foreach (ref readonly GazeRow row in rows) _starts[row.Slot + 1]++;
        for (int i = 1; i < _starts.Length; i++) _starts[i] += _starts[i - 1];
        foreach (ref readonly GazeRow row in rows) _sorted[_starts[row.Slot]++] = row;
    }

    void WriteRun()
    {
        _file ??= new FileStream(_path, FileMode.Create, FileAccess.ReadWrite, FileShare.None, bufferSize: 0, FileOptions.DeleteOnClose);
        if (_count == 0) return;
        _runs.Add(new() { Offset = _file.Position, Left = _count });
        _file.Write(MemoryMarshal.AsBytes(_sorted.AsSpan(0, _count)));
        _count = 0;
    }
}
