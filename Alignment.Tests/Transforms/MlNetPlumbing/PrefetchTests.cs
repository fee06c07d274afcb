using Alignment.Transforms.MlNetPlumbing;

namespace Alignment.Tests.Transforms.MlNetPlumbing;

public sealed class PrefetchTests
{
    [Test]
    public void Items_Read_ComeInOrderOnTheReadersThreadAndAtMostSoManyAhead()
    {
        int made = 0, most = 0, read = 0;
        using var items = new Prefetch<string>(Make(), ahead: 3);
        var seen = new List<string>();
        while (items.MoveNext())
        {
            seen.Add(items.Current);
            Interlocked.Increment(ref read);
            if (seen.Count == 1) Thread.Sleep(50);   // lets the other thread run as far ahead as it may
        }
        Assert.That(seen, Is.EqualTo(Enumerable.Range(0, 100).Select(i => $"{i}")));
        // Three ready, one in the making, one handed over but not yet counted.
        Assert.That(most, Is.LessThanOrEqualTo(5));

        IEnumerable<string> Make()
        {
            for (int i = 0; i < 100; i++)
            {
                most = Math.Max(most, ++made - Volatile.Read(ref read));
                yield return $"{i}";
            }
        }
    }

    [Test]
    public void Failure_InTheSource_ComesAfterEverythingBeforeIt()
    {
        using var items = new Prefetch<string>(Make(), ahead: 8);
        var seen = new List<string>();
        Assert.That(() => { while (items.MoveNext()) seen.Add(items.Current); },
            Throws.TypeOf<BadDataException>().With.Message.EqualTo("row 3 is broken"));
        Assert.That(seen, Is.EqualTo(new[] { "0", "1", "2" }));

        static IEnumerable<string> Make()
        {
            for (int i = 0; i < 3; i++) yield return $"{i}";
            throw new BadDataException("row 3 is broken");
        }
    }

    [Test]
    public void Dispose_InTheMiddle_EndsTheSourceAndItsThread()
    {
        bool ended = false;
        var items = new Prefetch<string>(Make(), ahead: 2);
        items.MoveNext();
        items.Dispose();
        Assert.That(ended);

        IEnumerable<string> Make()
        {
            try
            {
                while (true) yield return "again";
            }
            finally
            {
                ended = true;
            }
        }
    }
}
