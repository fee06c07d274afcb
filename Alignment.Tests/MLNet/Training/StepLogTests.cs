using Alignment.MLNet.Training;

namespace Alignment.Tests.MLNet.Training;

public sealed class StepLogTests
{
    [Test]
    public void Restore_AfterMoreLines_CutsThemOff()
    {
        using var temp = new TempFolder();
        Write(temp, lines: 3, copyAfter: 2);
        File.AppendAllText(temp["log.csv"], "4,half a li");
        using (StepLog log = StepLog.Restore(temp["log.csv"], temp["copy.csv"])) log.Add("3", "c");
        Assert.That(File.ReadAllText(temp["log.csv"]), Is.EqualTo("step,name\n1,x\n2,x\n3,c\n"));
    }

    [TestCase("step,name\n1,x\n")]                 // shorter: the disk lost lines
    [TestCase("step,name\n9,other\n9,other\n9\n")] // another run's
    [TestCase(null)]
    public void Restore_NotWhatWasThere_TakesTheCopy(string? there)
    {
        using var temp = new TempFolder();
        Write(temp, lines: 2, copyAfter: 2);
        if (there is null) File.Delete(temp["log.csv"]);
        else File.WriteAllText(temp["log.csv"], there);
        StepLog.Restore(temp["log.csv"], temp["copy.csv"]).Dispose();
        Assert.That(File.ReadAllText(temp["log.csv"]), Is.EqualTo("step,name\n1,x\n2,x\n"));
    }

    [Test]
    public void Text_AnyFloat_ReadsBackAsTheSame()
    {
        foreach (float value in new[] { 0.1f, 1f / 3, 1.17549435e-38f, 123456.789f })
            Assert.That(float.Parse(StepLog.Text(value), System.Globalization.CultureInfo.InvariantCulture), Is.EqualTo(value));
    }

    static void Write(TempFolder temp, int lines, int copyAfter)
    {
        using StepLog log = StepLog.Begin(temp["log.csv"], "step", "name");
        for (int i = 1; i <= lines; i++)
        {
            log.Add(StepLog.Text(i), "x");
            if (i == copyAfter) log.CopyTo(temp["copy.csv"]);
        }
    }
}
