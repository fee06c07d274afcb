using Alignment.Transforms.Images;
using Alignment.Transforms.Stages;
using Microsoft.ML.Data;

namespace Alignment.Tests.Transforms.Contract;

/// <summary>A scene with every column any stage reads, 24 wide and 16 high.</summary>
public sealed class ContractRow
{
    public const int Width = 24, Height = 16;

    [ColumnName(SceneColumns.VideoId)] public string VideoId { get; set; } = "";

    [ColumnName(SceneColumns.SceneNumber)] public int SceneNumber { get; set; }

    [ColumnName(SceneColumns.Keyword)] public string Keyword { get; set; } = "";

    [ColumnName(SceneColumns.SceneImagePath)] public string SceneImagePath { get; set; } = "";

    [ColumnName(SceneColumns.KeywordMaskPath)] public string KeywordMaskPath { get; set; } = "";

    [ColumnName(SceneColumns.AttentionHeatmapPath)] public string AttentionHeatmapPath { get; set; } = "";

    [ColumnName(SceneColumns.Variant)] public string Variant { get; set; } = "";

    [ColumnName(SceneColumns.TemporalWindow)] public int TemporalWindow { get; set; }

    [ColumnName(SceneColumns.Image), VectorType(3, Height, Width)] public float[] Image { get; set; } = [];

    [ColumnName(SceneColumns.MaskSoft), VectorType(Height, Width)] public float[] MaskSoft { get; set; } = [];

    [ColumnName(SceneColumns.Mask), VectorType(Height, Width)] public float[] Mask { get; set; } = [];

    [ColumnName(SceneColumns.HeatmapRaw), VectorType(Height, Width)] public float[] HeatmapRaw { get; set; } = [];

    [ColumnName(SceneColumns.Heatmap), VectorType(Height, Width)] public float[] Heatmap { get; set; } = [];

    [ColumnName(SceneColumns.HeatmapModified), VectorType(Height, Width)] public float[] HeatmapModified { get; set; } = [];

    [ColumnName("own_size")] public float[] OwnSize { get; set; } = [];

    [ColumnName(SceneColumns.StillWidth)] public int StillWidth { get; set; }

    [ColumnName(SceneColumns.StillHeight)] public int StillHeight { get; set; }

    [ColumnName(SceneColumns.Fixations)] public double[] Fixations { get; set; } = [];

    [ColumnName(SceneColumns.FixationSigmaX)] public double FixationSigmaX { get; set; }

    [ColumnName(SceneColumns.FixationSigmaY)] public double FixationSigmaY { get; set; }

    [ColumnName(SceneColumns.Control), VectorType(2, Height, Width)] public float[] Control { get; set; } = [];

    [ColumnName(SceneColumns.Region)] public float[] Region { get; set; } = [];
}

/// <summary>What stages make in the contract: one column of each type there is.</summary>
public sealed class ContractResult
{
    [ColumnName("made")] public float[]? Made { get; set; }

    [ColumnName("made2")] public float[]? Made2 { get; set; }

    [ColumnName("made_int")] public int MadeInt { get; set; }

    [ColumnName("made_bool")] public bool MadeBool { get; set; }

    [ColumnName("made_text")] public string MadeText { get; set; } = "";

    [ColumnName("made_long")] public long MadeLong { get; set; }

    [ColumnName("made_int2")] public int MadeInt2 { get; set; }

    [ColumnName("made_double")] public double MadeDouble { get; set; }

    [ColumnName("made_double2")] public double MadeDouble2 { get; set; }

    [ColumnName("made_double3")] public double MadeDouble3 { get; set; }

    [ColumnName("made_doubles")] public double[]? MadeDoubles { get; set; }

    [ColumnName("made_cc")] public float MadeCc { get; set; }

    [ColumnName("made_sim")] public float MadeSim { get; set; }

    [ColumnName("made_kl")] public float MadeKl { get; set; }

    [ColumnName("made_nss")] public float MadeNss { get; set; }

    [ColumnName("made_auc_judd")] public float MadeAucJudd { get; set; }

    [ColumnName("made_float")] public float MadeFloat { get; set; }

    [ColumnName("made_float2")] public float MadeFloat2 { get; set; }

    [ColumnName("made_float3")] public float MadeFloat3 { get; set; }

    [ColumnName("made_float4")] public float MadeFloat4 { get; set; }

    [ColumnName("made_float5")] public float MadeFloat5 { get; set; }

    [ColumnName("made_float6")] public float MadeFloat6 { get; set; }
}

/// <summary>Seven scenes of two videos with their files, seeded.</summary>
static class ContractData
{
    public static ContractRow[] Write(TempFolder folder)
    {
        var random = new Random(20);
        const int N = ContractRow.Width * ContractRow.Height;
        return [.. Enumerable.Range(0, 7).Select(i =>
        {
            float[] Floats(int n, float scale = 1, float shift = 0) =>
                [.. Enumerable.Range(0, n).Select(_ => random.NextSingle() * scale + shift)];
            float[] mask = new float[N];
            for (int y = 3 + i % 3; y < 8; y++) mask.AsSpan(y * ContractRow.Width + 2 + i, 5).Fill(1f);
            byte[] grey = new byte[N], rgb = new byte[3 * N];
            random.NextBytes(grey);
            random.NextBytes(rgb);
            string still = folder[$"still{i}.jpg"], maskFile = folder[$"mask{i}.png"], heat = folder[$"heat{i}.jpg"];
            PictureFile.WriteJpeg(still, new RgbPicture(ContractRow.Width, ContractRow.Height, rgb));
            PictureFile.WritePngGrey(maskFile, ContractRow.Width, ContractRow.Height, grey);
            PictureFile.WriteJpegGrey(heat, ContractRow.Width, ContractRow.Height, grey);
            float[] heatmap = Floats(N);
            return new ContractRow
            {
                VideoId = i < 4 ? "an ad" : "ünï-code.v2", SceneNumber = 10 * i + 1, Keyword = "shoe", SceneImagePath = still,
                    KeywordMaskPath = maskFile, AttentionHeatmapPath = heat,
                Variant = Alignment.Transforms.Attention.Variant.Names[i], TemporalWindow = i % 3, Image = Floats(3 * N, 2, -1),
                    MaskSoft = Floats(N), Mask = mask, HeatmapRaw = Floats(N, 255), Heatmap = heatmap, HeatmapModified = Floats(N),
                Control = [.. mask, .. heatmap], OwnSize = Floats(7 * (9 + i)), StillWidth = 9 + i, StillHeight = 7,
                    FixationSigmaX = 1 + 0.25 * i, FixationSigmaY = 1.5,
                Region = [.. mask.Select((m, p) => m * (1 + p % 3) / 3)],
                Fixations = [.. Enumerable.Range(0, 2 * i).SelectMany(k => new[] { k % 9 + 0.5, k % 7, 0.25 * (k + 1) })],
            };
        })];
    }
}
