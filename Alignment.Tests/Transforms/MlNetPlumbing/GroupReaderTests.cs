using Alignment.Transforms.MlNetPlumbing;
using Microsoft.ML;

namespace Alignment.Tests.Transforms.MlNetPlumbing;

public sealed class GroupReaderTests
{
    static readonly string[] s_three = ["a", "b", "c"], s_columns = ["n", "letter"];

    static IDataView View(int rows, Action<int>? read = null) =>
        new ExpandedView(new RowsView<int>(Enumerable.Range(0, rows), [RowColumn<int>.Int("n", n =>
    {
        read?.Invoke(n);
        return n;
    })]), "letter", s_three);

    static Func<string> Open(DataViewRow row)
    {
        var reader = new RowReader(row);
        var (n, letter) = (reader.Value<int>("n"), reader.Text("letter"));
        return () => n() + letter();
    }

    [Test]
    public void Groups_ComeWholeAndInOrder_HoweverManyCursors([Values(1, 2, 5)] int workers, [Values(0, 1, 4, 100)] int rows)
    {
        string[] expected = [.. Enumerable.Range(0, rows).Select(n => $"{n}a {n}b {n}c")];
        Assert.That(GroupReader.Read(View(rows), s_columns, Open, workers, default).Select(g => string.Join(' ', g.Rows)),
            Is.EqualTo(expected));
    }

    [Test]
    public void GroupedRows_StayTogether_HoweverManyCursors([Values(1, 2, 5)] int workers)
    {
        int[][] groups = [.. Enumerable.Range(0, 50).Select(g => Enumerable.Range(0, g % 4).Select(i => 10 * g + i).ToArray())];
        var view = new RowsView<int>(groups, [RowColumn<int>.Row("row")]);
        Assert.That(GroupReader.Read(view, ["row"], row => new RowReader(row).Value<int>("row"), workers, default).Select(g => g.Rows),
            Is.EqualTo(groups.Where(g => g.Length > 0)), "an empty group has no row");
        using DataViewRowCursor cursor = view.GetRowCursor(view.Schema);
        var positions = new List<long>();
        while (cursor.MoveNext()) positions.Add(cursor.Position);
        Assert.That(positions, Is.EqualTo(Enumerable.Range(0, groups.Sum(g => g.Length))));
    }

    [Test]
    public void Failure_OfARow_EndsItsGroupAndNoOther([Values(1, 3)] int workers)
    {
        IDataView view = View(20, n => { if (n == 7) throw new BadDataException("seven"); });
        GroupResult<string>[] groups = [.. GroupReader.Read(view, s_columns, Open, workers, default)];
        Assert.That(groups, Has.Length.EqualTo(20));
        Assert.That(groups.Select(g => g.Failure?.Message), Is.EqualTo(Enumerable.Range(0, 20).Select(n => n == 7 ? "seven" : null)));
        Assert.That(groups.Where(g => g.Failure is null).Select(g => g.Rows.Count), Is.All.EqualTo(3));
    }

    [Test]
    public void Bug_InARow_IsThrown([Values(1, 3)] int workers)
    {
        IDataView view = View(20, n => { if (n == 7) throw new InvalidOperationException("a bug"); });
        Assert.That(() => GroupReader.Read(view, s_columns, Open, workers, default).Count(),
            Throws.InvalidOperationException.With.Message.EqualTo("a bug"));
    }

    [Test]
    public void Rows_AreReadNoFurtherAheadThanTheCursorsGo()
    {
        int read = 0;
        using IEnumerator<GroupResult<string>> groups = GroupReader.Read(View(10_000, _ => Interlocked.Increment(ref read)), s_columns,
            Open, 2, default).GetEnumerator();
        Assert.That(groups.MoveNext(), Is.True);
        Thread.Sleep(200);
        Assert.That(Volatile.Read(ref read), Is.LessThan(3 * 12), "two cursors, two groups waiting of each, one in work, one handed out");
    }

    [Test]
    public void Cancel_StopsAndLeavesNobodyAtWork([Values(1, 3)] int workers)
    {
        using var cancel = new CancellationTokenSource();
        int read = 0;
        IDataView view = View(1_000_000, n =>
        {
            Interlocked.Increment(ref read);
            if (n == 50) cancel.Cancel();
        });
        Assert.That(() => GroupReader.Read(view, s_columns, Open, workers, cancel.Token).Count(),
            Throws.InstanceOf<OperationCanceledException>());
        int after = Volatile.Read(ref read);
        Thread.Sleep(50);
        Assert.That(Volatile.Read(ref read), Is.EqualTo(after));
    }
}
