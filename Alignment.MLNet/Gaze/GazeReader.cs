using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace Alignment.MLNet.Gaze;

/// <summary>
/// A gaze CSV, row by row, as bytes: nothing is allocated for a row. UTF-8, or UTF-16 with a byte order mark; cells separated by what the header
/// has most of (comma, semicolon, tab, bar), in double quotes where needed; a cell ends on its line, so that an unclosed quote spoils one row and not the rest.
/// </summary>
sealed class GazeReader : IDisposable
{
    public const string VideoId = "video_id", Participant = "participant", Time = "time_seconds", X = "x", Y = "y", Duration = "duration_seconds";

    /// <summary>Longest line that is a row.</summary>
    public const int LongestLine = 4 << 20;

    static readonly string[] s_columns = [VideoId, Participant, Time, X, Y, Duration];

    readonly string _subject;
    readonly FileStream _file;
    readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    readonly Stream _text;
    readonly (int Start, int Length)[] _cells = new (int, int)[s_columns.Length];
    readonly int[] _wanted;   // place in the row → place in s_columns, or -1
    readonly byte _separator;
    byte[] _buffer = ArrayPool<byte>.Shared.Rent(1 << 20);
    byte[] _plain = [];       // cells without their doubled quotes
    int _at, _end, _line, _plainEnd;
    bool _last;

    GazeReader(string path, string subject)
    {
        _subject = subject;
        _file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.SequentialScan);
        try
        {
            Length = _file.Length;
            Span<byte> mark = stackalloc byte[3];
            mark = mark[.._file.ReadAtLeast(mark, mark.Length, throwOnEndOfStream: false)];
            _file.Position = 0;
            var raw = new Hashed(_file, _hash);
            _text = mark is [0xFF, 0xFE, ..] ? Encoding.CreateTranscodingStream(raw, Encoding.Unicode, Encoding.UTF8)
                : mark is [0xFE, 0xFF, ..] ? Encoding.CreateTranscodingStream(raw, Encoding.BigEndianUnicode, Encoding.UTF8) : raw;
            (_separator, _wanted) = Header();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Opens the file and finds the columns in its first line.</summary>
    /// <exception cref="BadDataException">It is not there, empty, no UTF-8, or lacks a column.</exception>
    public static GazeReader Open(string path)
    {
        string full = Path.GetFullPath(path), subject = $"The gaze file '{SafePath.Shorten(full, 300)}'";
        if (!File.Exists(full)) throw BadDataException.For(subject, Directory.Exists(full) ? "a folder" : "no such file", "a CSV of gaze or fixations", "Correct the path.");
        return new(full, subject);
    }

    /// <summary>Bytes of the file.</summary>
    public long Length { get; }

    /// <summary>Bytes read so far.</summary>
    public long Position => _file.Position;

    /// <summary>Line of the current row, from 1 (the header).</summary>
    public long Line { get; private set; }

    /// <summary>True where the current line is no row at all.</summary>
    public bool IsMalformed { get; private set; }

    /// <summary>Whether there is a column of durations.</summary>
    public bool HasDuration => _wanted.Contains(5);

    public ReadOnlySpan<byte> Video => Cell(0);

    public ReadOnlySpan<byte> Viewer => Cell(1);

    public ReadOnlySpan<byte> Seconds => Cell(2);

    public ReadOnlySpan<byte> Across => Cell(3);

    public ReadOnlySpan<byte> Down => Cell(4);

    public ReadOnlySpan<byte> Held => Cell(5);

    /// <summary>SHA-256 of the file; once everything has been read.</summary>
    public string Hash() => Convert.ToHexStringLower(_hash.GetCurrentHash());

    /// <summary>Goes to the next row; empty lines are passed over.</summary>
    public bool Next()
    {
        while (true)
        {
            if (!NextLine(out int length)) return false;
            if (length == 0) continue;
            Array.Clear(_cells);
            _plainEnd = 0;
            IsMalformed = length < 0 || !Split(length);
            return true;
        }
    }

    public void Dispose()
    {
        (_text ?? _file).Dispose();
        _file.Dispose();
        _hash.Dispose();
        if (_buffer.Length > 0) ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
    }

    ReadOnlySpan<byte> Cell(int column)
    {
        var (start, length) = _cells[column];
        return start >= 0 ? _buffer.AsSpan(_line + start, length) : _plain.AsSpan(~start, length);
    }

    /// <summary>Finds the next line at <see cref="_line"/>; its length without the line end, or -1 where it is too long to be a row.</summary>
    bool NextLine(out int length)
    {
        int searched = 0;
        bool tooLong = false;
        while (true)
        {
            int end = _buffer.AsSpan(_at + searched, _end - _at - searched).IndexOf((byte)'\n');
            if (end >= 0 || (_last && _end > _at))
            {
                _line = _at;
                length = end >= 0 ? searched + end : _end - _at;
                _at += end >= 0 ? length + 1 : length;
                if (length > 0 && _buffer[_line + length - 1] == '\r') length--;
                if (tooLong || length > LongestLine) length = -1;
                Line++;
                return true;
            }
            length = 0;
            if (_last)
            {
                if (!tooLong) return false;
                length = -1;
                Line++;
                return true;
            }
            searched = _end - _at;
            if (searched > LongestLine)
            {
                (tooLong, searched, _at) = (true, 0, _end);   // thrown away as it comes
            }
            Refill();
        }
    }

    /// <summary>Moves what is left to the front and reads more behind it.</summary>
    void Refill()
    {
        int left = _end - _at;
        if (left == _buffer.Length)
        {
            byte[] larger = ArrayPool<byte>.Shared.Rent(2 * _buffer.Length);
            _buffer.AsSpan(_at, left).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }
        else _buffer.AsSpan(_at, left).CopyTo(_buffer);
        (_at, _end) = (0, left);
        int read = _text.Read(_buffer, _end, _buffer.Length - _end);
        _end += read;
        _last = read == 0;
    }

    /// <summary>Notes where the wanted cells are; false where the line is no row.</summary>
    bool Split(int length)
    {
        ReadOnlySpan<byte> line = _buffer.AsSpan(_line, length);
        int at = 0;
        for (int place = 0; place < _wanted.Length && at <= length; place++)
        {
            if (at < length && line[at] == '"')
            {
                int column = _wanted[place], start = _plainEnd, from = at + 1, close;
                while (true)
                {
                    int quote = line[from..].IndexOf((byte)'"');
                    if (quote < 0) return false;
                    close = from + quote;
                    bool doubled = close + 1 < length && line[close + 1] == '"';
                    if (column >= 0) Keep(line[from..(doubled ? close + 1 : close)]);
                    from = close + (doubled ? 2 : 1);
                    if (!doubled) break;
                }
                if (from < length && line[from] != _separator) return false;
                if (column >= 0) _cells[column] = (~start, _plainEnd - start);
                at = from + 1;
                continue;
            }
            int width = line[at..].IndexOf(_separator);
            if (width < 0) width = length - at;
            if (_wanted[place] >= 0) _cells[_wanted[place]] = (at, width);
            at += width + 1;
        }
        return true;
    }

    void Keep(ReadOnlySpan<byte> part)
    {
        if (_plain.Length < _plainEnd + part.Length) Array.Resize(ref _plain, Math.Max(256, 2 * (_plainEnd + part.Length)));
        part.CopyTo(_plain.AsSpan(_plainEnd));
        _plainEnd += part.Length;
    }

    (byte Separator, int[] Wanted) Header()
    {
        string line;
        if (!NextLine(out int length)) throw Bad("an empty file");
        if (length < 0) throw Bad("a first line that is too long to be a header");
        try
        {
            ReadOnlySpan<byte> bytes = _buffer.AsSpan(_line, length);
            if (bytes.StartsWith("\uFEFF"u8)) bytes = bytes[3..];
            line = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes);
        }
        catch (DecoderFallbackException e)
        {
            throw Bad("a first line that is not UTF-8", e);
        }
        char separator = ",;\t|".MaxBy(s => line.Count(c => c == s));
        string[] names = [.. line.Split(separator).Select(c => c.Trim().Trim('"').Trim())];
        if (line.Trim().Length == 0) throw Bad("an empty first line");
        int[] wanted = [.. names.Select(n => Array.FindIndex(s_columns, c => c.Equals(n, StringComparison.OrdinalIgnoreCase)))];
        for (int c = 0; c < s_columns.Length; c++)
        {
            int times = wanted.Count(w => w == c);
            if (times > 1) throw Bad($"the column {s_columns[c]} {(times == 2 ? "twice" : "several times")}");
            if (times == 0 && s_columns[c] != Duration) throw Bad($"no column {s_columns[c]} among {SafePath.Shorten(string.Join(", ", names), 200)}");
        }
        return ((byte)separator, wanted[..(Array.FindLastIndex(wanted, w => w >= 0) + 1)]);
    }

    BadDataException Bad(string found, Exception? inner = null) =>
        BadDataException.For(_subject, found, $"a CSV with the columns {string.Join(", ", s_columns[..^1])} and, for fixations, {Duration}", "Export it again, as UTF-8, with these names in the first line.", inner);

    /// <summary>Hashes what is read through it.</summary>
    sealed class Hashed(FileStream file, IncrementalHash hash) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override int Read(Span<byte> buffer)
        {
            int read = file.Read(buffer);
            hash.AppendData(buffer[..read]);
            return read;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
