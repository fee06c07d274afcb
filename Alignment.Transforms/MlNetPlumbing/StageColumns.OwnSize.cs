using Alignment.Transforms.Images;
using Microsoft.ML.Transforms.Image;

namespace Alignment.Transforms.MlNetPlumbing;

// Maps that have the size of their scene's still, which differs from row to row: float vectors of varying length.
sealed partial class StageColumns
{
    // A float vector, of known or of varying length.
    public StageInput AnyFloats(string name) => Find(name, "a float vector",
        t => t is VectorDataViewType v && v.ItemType == NumberDataViewType.Single);

    // A double vector, of known or of varying length.
    public StageInput AnyDoubles(string name) => Find(name, "a double vector",
        t => t is VectorDataViewType v && v.ItemType == NumberDataViewType.Double);

    // A whole number, int64.
    public StageInput Long(string name) => Find(name, "int64", t => t == NumberDataViewType.Int64);

    // A double.
    public StageInput Double(string name) => Find(name, "double", t => t == NumberDataViewType.Double);

    // Outputs a picture, as an image for stages of others.
    public void MakePicture(string name, IReadOnlyList<StageInput> reads, Func<StageRow, Func<RgbPicture>> getter) =>
        Make<MLImage>(name, new ImageDataViewType(), reads, row => new PictureColumn(getter(row)).Get);
}
