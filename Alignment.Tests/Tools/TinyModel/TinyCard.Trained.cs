namespace Alignment.Tests.Tools.TinyModel;

/// <summary>What the card of the trained model says.</summary>
static partial class TinyCard
{
    const string Masks = """
    5. **CLIPSeg** – keyword masks (`clipseg.onnx`, `clipseg_text.onnx`): each still with a prompt that names its product and one that names
       something else, whose mask is empty; then with four prompts that name absent products; a tenth of the stills
    """ + " have no product. It knows the ten products, a few synonyms of theirs\n" + """
       and the colours; what it makes of any other word or of a photograph means nothing. Its table is in `docs/masks.md`.

    """;

    const string Trained = """
    ## What it can do
    Edit simple drawings of ten products (bottle, can, box, ball, star, shoe, mug, phone, apple, clock) in front of plain backgrounds, so
    that the product stands out more where its attention map asks for more, and less where it asks for less. It makes the demo and
    the tests mean something, and shows the whole path.

    ## What it cannot do
    Anything else. It has never seen a photograph. On real footage it blurs and recolours the product; nothing about viewers, ads or
    Stable Diffusion follows from its pictures. Its perceptual distance (`lpips.onnx`) is a trunk of three convolutions trained to tell
    drawn products and their colours apart, every channel weighed alike; it was never held against people's judgements, so its numbers
    are not LPIPS as published.

    ## How it was trained
    From scratch, from seeds, on pictures drawn by this project (`Alignment.Tests/Tools/Stills/DrawnStills.cs`), by its own training
    machinery on two processor cores: `./build.sh --target=TrainTiny` (`Alignment.Tests/Tools/TinyModel/TinyRecipe.cs` has every number).

    1. **Autoencoder** – absolute and squared difference, the product's pixels counted three times, and a weak pull towards a unit normal.
    2. **Text encoder and UNet** – noise prediction on stills whose product is drawn anywhere between faint and vivid.
    3. **ControlNet**, before the frozen UNet – attention is predicted from the drawing itself (spectral residual, smoothed). The
       target is the still whose predicted attention has the share on the product that the control asks for, while the noised input still
       carries a trace of the still as it was. Some rows have another still's map, so that only the share on
    """ + " this still's product counts; some\n" + """
       move attention in the background only and must change nothing.
    4. **Perceptual trunk** – a classifier of products and colours.
    """;

    const string Results = """
    What came of it on scenes that no training saw is in `docs/held-out.md` of the project, measured also with a predictor of attention
    that no training used.
    """;
}
