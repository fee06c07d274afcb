using Alignment.MLNet.Drawing;
using Alignment.Onnx.Bundles.TinyModel;
using Alignment.Onnx.Runtime;
using Alignment.Onnx.Training;
using Alignment.Transforms.Diffusion;
using Alignment.Transforms.Images;

namespace Alignment.MLNet.Training.Tiny;

/// <summary>
/// What CLIPSeg sees in a step: fresh stills with their product somewhere between faint and vivid, each with prompts that name it, prompts that
/// name another product and prompts that name what is never drawn; for these the mask is empty, as it is for every prompt where a still has no product.
/// </summary>
static class TinyMaskFeed
{
    /// <summary>Prompts of each picture.</summary>
    public const int Prompts = 2;

    /// <summary>Side of the mask over side of the picture.</summary>
    const int MaskSide = TinyMasks.Side / 2;

    /// <summary>What a patch can show: no product, or one of them.</summary>
    static readonly int Kinds = 1 + DrawnStills.Keywords.Count;

    static readonly int KindsOfPicture = TinyMasks.Grid * TinyMasks.Grid * Kinds;

    /// <summary>Presences from here to 1.</summary>
    const double LeastPresence = 0.3;

    /// <summary>Stills without their product.</summary>
    const double EmptyShare = 0.1;

    /// <summary>Sizes that are drawn beside the recipe's: scenes come larger than the model's pictures.</summary>
    static readonly (int Width, int Height)[] s_more = [(240, 136)];

    public static Action<long, TrainingSession> Of(TinyRecipe recipe, ClipTokenizer tokenizer)
    {
        int batch = recipe.Masks.Batch;
        const int Pixels = 3 * TinyMasks.Side * TinyMasks.Side, MaskPixels = MaskSide * MaskSide, Tokens = TinyMasks.TrainingTokens;
        Size[] sizes = [.. recipe.Sizes.Concat(s_more).Select(s => new Size(recipe.Seed, s.Width, s.Height))];
        float[] pixels = new float[batch * Pixels], mask = new float[batch * Prompts * MaskPixels];
        float[] kinds = new float[batch * KindsOfPicture], product = new float[batch * (Kinds - 1)];
        long[] ids = new long[batch * Prompts * Tokens];
        var known = new Dictionary<string, long[]>(StringComparer.Ordinal);
        long[] Ids(string text) => known.TryGetValue(text, out long[]? made) ? made : known[text] = Encode(tokenizer, text);
        return (step, session) =>
        {
            var draw = new TinyDraws(recipe.Seed, "masks", step);
            Size size = sizes[step % sizes.Length];
            var rows = new (long Index, float Presence, bool Empty)[batch];
            for (int i = 0; i < batch; i++) rows[i] = (step * batch + i, (float)draw.Between(LeastPresence, 1), draw.Uniform() < EmptyShare);
            var stills = new DrawnStill[batch];
            Parallel.For(0, batch, new ParallelOptions { MaxDegreeOfParallelism = OrtThreads.Count }, i =>
            {
                stills[i] = size.Stills.Still(rows[i].Index);
                size.Picture(stills[i], rows[i].Empty ? null : rows[i].Presence, pixels.AsSpan(i * Pixels, Pixels));
                size.Mask(stills[i], mask.AsSpan(i * Prompts * MaskPixels, MaskPixels));
                size.Kinds(stills[i], rows[i].Empty, kinds.AsSpan(i * KindsOfPicture, KindsOfPicture));
            });
            product.AsSpan().Clear();
            for (int i = 0; i < batch; i++)
                if (!rows[i].Empty) product[i * (Kinds - 1) + (int)stills[i].Product] = 1;
            for (int i = 0; i < batch; i++)
                for (int k = 0; k < Prompts; k++)
                {
                    (string text, bool there) = Prompt(stills[i], k, draw);
                    Ids(text).CopyTo(ids.AsSpan((i * Prompts + k) * Tokens));
                    Span<float> first = mask.AsSpan(i * Prompts * MaskPixels, MaskPixels), own = mask.AsSpan((i * Prompts + k) * MaskPixels, MaskPixels);
                    if (k > 0 && there && !rows[i].Empty) first.CopyTo(own);
                    else if (k > 0 || rows[i].Empty) own.Clear();
                }
            session.Set("pixel_values", pixels, batch, 3, TinyMasks.Side, TinyMasks.Side);
            session.Set("input_ids", ids, batch, Prompts, Tokens);
            session.Set("kinds", kinds, batch, TinyMasks.Grid * TinyMasks.Grid, Kinds);
            session.Set("product", product, batch, Kinds - 1);
            session.Set("mask", mask, batch, Prompts, MaskSide, MaskSide);
        };
    }

    /// <summary>The first names the product; the second mostly another one, now and then something never drawn, or the product again.</summary>
    static (string Text, bool There) Prompt(DrawnStill still, int number, TinyDraws draw)
    {
        double kind = number == 0 ? 0 : draw.Uniform();
        return kind < 0.1 ? (TinyMaskPrompts.Of(still.Keyword, still.Colour, draw), true)
            : kind < 0.8 ? (TinyMaskPrompts.NotOf(still.Keyword, still.Colour, draw), false)
            : (TinyMaskPrompts.Other(draw), false);
    }

    /// <summary>As the tokenizer pads a text, but to fewer tokens.</summary>
    static long[] Encode(ClipTokenizer tokenizer, string text)
    {
        int[] own = tokenizer.Encode(text);
        long[] ids = new long[TinyMasks.TrainingTokens];
        int kept = Math.Min(own.Length, ids.Length - 2);
        ids[0] = tokenizer.StartId;
        for (int i = 0; i < kept; i++) ids[i + 1] = own[i];
        ids[kept + 1] = tokenizer.EndId;
        ids.AsSpan(kept + 2).Fill(tokenizer.PadId);
        return ids;
    }

    /// <summary>Stills of one size, and how they are brought to the model's.</summary>
    sealed class Size(ulong seed, int width, int height)
    {
        readonly PictureResample _picture = new(ResampleKernel.Bilinear, width, height, TinyMasks.Side, TinyMasks.Side), _mask = new(ResampleKernel.Box, width, height, MaskSide, MaskSide), _patches = new(ResampleKernel.Box, width, height, TinyMasks.Grid, TinyMasks.Grid);

        public DrawnStills Stills { get; } = new(new() { Seed = seed, Use = StillUse.Training, Width = width, Height = height });

        public void Picture(DrawnStill still, float? presence, Span<float> into)
        {
            byte[] rgb = new byte[3 * width * height];
            if (presence is { } p) still.Render(p, rgb);
            else still.RenderWithout(rgb);
            _picture.Rgb(rgb, into);
            foreach (ref float x in into) x = x / 127.5f - 1;
        }

        public void Mask(DrawnStill still, Span<float> into)
        {
            float[] mask = [.. still.Mask().Select(m => m / 255f)];
            _mask.Plane(mask, into);
        }

        /// <summary>How much of each patch is the product, and how much is none.</summary>
        public void Kinds(DrawnStill still, bool empty, Span<float> into)
        {
            float[] mask = [.. still.Mask().Select(m => empty ? 0 : m / 255f)], part = new float[TinyMasks.Grid * TinyMasks.Grid];
            _patches.Plane(mask, part);
            into.Clear();
            for (int i = 0; i < part.Length; i++)
            {
                into[i * TinyMaskFeed.Kinds] = 1 - part[i];
                into[i * TinyMaskFeed.Kinds + 1 + (int)still.Product] = part[i];
            }
        }
    }
}
