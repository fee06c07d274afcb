using System.Globalization;
using Alignment.MLNet.Charts;
using OxyPlot;
using OxyPlot.Annotations;
using OxyPlot.Series;

namespace Alignment.MLNet.Engagement.Planning;

/// <summary>The curve of power against size, with the design marked on it. As SVG and PNG; equal answers give equal bytes.</summary>
public static class PowerPlot
{
    /// <summary>File name without ending.</summary>
    public const string Name = "power";

    /// <summary>Writes <c>power.svg</c> and <c>power.png</c> into <paramref name="folder"/>; returns both.</summary>
    public static IReadOnlyList<string> Write(string folder, PowerAnswer answer)
    {
        ArgumentNullException.ThrowIfNull(answer);
        string unit = answer.Question.Design switch { PowerDesign.Paired => "Pairs", PowerDesign.Proportions => "Trials in each variant", _ => "Rows in each variant" };
        PlotModel model = FigureFile.Model(string.Create(CultureInfo.InvariantCulture, $"Power to find a difference of {answer.Effect:0.####}"), unit, "Power");
        model.Axes[1].Minimum = 0;
        model.Axes[1].Maximum = 1;
        model.Axes[0].StringFormat = "#,0";
        var blue = OxyColor.FromRgb(0, 114, 178);
        var line = new LineSeries { Color = blue, StrokeThickness = 2.5 };
        foreach (PowerPoint p in answer.Curve) line.Points.Add(new(p.Size, p.Power));
        model.Series.Add(line);
        var mark = new ScatterSeries { MarkerType = MarkerType.Circle, MarkerSize = 6, MarkerFill = OxyColor.FromRgb(213, 94, 0) };
        mark.Points.Add(new(answer.Size, answer.Power));
        model.Series.Add(mark);
        model.Annotations.Add(new LineAnnotation { Type = LineAnnotationType.Horizontal, Y = answer.Question.Power, Color = OxyColors.Gray, LineStyle = LineStyle.Dash, StrokeThickness = 1 });
        return [.. FigureFile.Save(folder, Name, model)];
    }
}
