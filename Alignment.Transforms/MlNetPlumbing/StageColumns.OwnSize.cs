using Alignment.Transforms.Images;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;

namespace Alignment.Transforms.MlNetPlumbing;

/// <summary>Maps that have the size of their scene's still, which differs from row to row: float vectors of varying length.</summary>
sealed partial class StageColumns
{
    /// <summary>A float vector, of known or of varying length.</summary>
    public StageInput AnyFloats(string name) => Find(name, "a float vector",
        t => t is VectorDataViewType v && v.ItemType == NumberDataViewType.Single);

    /// <summary>A double vector, of known or of varying length.</summary>
    public StageInput AnyDoubles(string name) => Find(name, "a double vector",
        t => t is VectorDataViewType v && v.ItemType == NumberDataViewType.Double);

    /// <summary>A whole number, int64.</summary>
    public StageInput Long(string name) => Find(name, "int64", t => t == NumberDataViewType.Int64);

    /// <summary>A double.</summary>
    public StageInput Double(string name) => Find(name, "double", t => t == NumberDataViewType.Double);

    /// <summary>Outputs a picture, as an image for stages of others.</summary>
    public void MakePicture(string name, IReadOnlyList<StageInput> reads, Func<StageRow, Func<RgbPicture>> getter) =>
        Make<MLImage>(name, new ImageDataViewType(), reads, row => new PictureColumn(getter(row)).Get);

    /// <summary>Outputs a float vector of varying length, copied from shared work.</summary>
    public void MakeFloats<T>(string name, SharedWork<T> work, Func<T, float[]> pick) =>
        Make<VBuffer<float>>(name, new VectorDataViewType(NumberDataViewType.Single), work.Reads, row =>
        {
            Func<T> result = row.Once(work);
            return (ref VBuffer<float> to) =>
            {
                float[] values = pick(result());
                VBufferEditor<float> editor = VBufferEditor.Create(ref to, values.Length);
                values.CopyTo(editor.Values);
                to = editor.Commit();
            };
        });
}
