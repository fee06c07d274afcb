using Alignment.MLNet.Charts;

namespace Alignment.MLNet.Training;

/// <summary>Reads <c>losses.csv</c> back, for the plot.</summary>
static class LossTable
{
    // Plots the table at path beside it; a table without steps has no plot.
    public static void Plot(string path)
    {
        var (train, validation) = Read(path);
        if (train.Count > 0) LossPlot.Write(Path.GetDirectoryName(path)!, train, validation);
    }

    // The whole loss by step, of training and of validation.
    public static (IReadOnlyList<LossPoint> Train, IReadOnlyList<LossPoint> Validation) Read(string path)
    {
        var train = new List<LossPoint>();
        var validation = new List<LossPoint>();
        string[] columns = [];
        // The file is open for appending in this very process.
        using var file = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        while (file.ReadLine() is { } line)
        {
            string[] cells = line.Split(',');
            if (columns.Length == 0)
            {
                columns = cells;
                continue;
            }
            var point = new LossPoint(long.Parse(Cell(TrainingLog.StepColumn), CultureInfo.InvariantCulture),
                double.Parse(Cell(TrainingLog.LossColumn), CultureInfo.InvariantCulture));
            (Cell(TrainingLog.PartColumn) == TrainingLog.Train ? train : validation).Add(point);

            string Cell(string column) => cells[Array.IndexOf(columns, column)];
        }
        return (train, validation);
    }
}
