namespace Alignment.Tests.Tools.TinyModel;

/// <summary>
/// The words that the tiny model's tokenizer knows as one token each: what product advertisements and prompts about them
/// talk of. Any other text is spelt in pieces and, at worst, bytes. Adding a word changes ids: the model must be made again.
/// </summary>
static class TinyWords
{
    static readonly string[] s_lines =
    [
        // grammar
        "a an the and or of in on at to with without from by for near under over behind before beside between into onto off up down out "
        + "is are it its this that these no not one two three four five many some 's",
        // colours
        "red green blue yellow orange purple violet pink brown black white grey gray silver gold golden beige cyan magenta turquoise "
        + "cream dark light bright pale vivid colour color colourful colorful",
        // products and their parts
        "product brand logo label bottle can cup mug glass jar box package bag carton tube pack phone smartphone laptop computer tablet "
        + "camera headphones speaker watch clock ring necklace jewelry perfume lipstick cosmetics cream soap shampoo shoe shoes sneaker "
        + "boot shirt dress jacket hat glasses sunglasses backpack handbag car bike bicycle motorcycle truck toy ball book pen lamp "
        + "chair table sofa bed coffee tea water juice soda beer wine milk drink food burger pizza bread cake cookie chocolate candy ice "
        + "fruit apple banana lemon grape berry vegetable tomato salad cheese egg meat fish rice snack cereal sauce oil phonecase "
        + "keyboard mouse screen television game console tool drill paint brush medicine pill vitamin",
        // shapes as drawn
        "circle square rectangle triangle star diamond ellipse disc round oval tall short wide narrow small large big tiny huge flat "
        + "curved",
        // people and places
        "person people man woman child children boy girl baby family friend hand hands face eyes hair smile dog cat bird horse home "
        + "house room kitchen bathroom bedroom office desk shop store street city road building park garden forest tree flower grass "
        + "field mountain hill beach sea ocean lake river sky cloud sun moon snow rain sand stone rock wall floor window door night day "
        + "morning evening sunset sunrise summer winter spring autumn",
        // light, camera, style
        "photo photograph picture image video scene frame shot close closeup view front side top bottom left right center centre corner "
        + "background foreground blur blurry sharp focus bokeh depth studio lighting light shadow reflection glow shine shiny glossy "
        + "matte soft hard warm cold natural bright contrast detail detailed highly quality high low resolution best worst professional "
        + "advertisement ad commercial poster advertising modern vintage classic minimal minimalist elegant luxury simple clean fresh "
        + "beautiful realistic cinematic style design pattern texture gradient plain wooden wood metal plastic paper fabric leather "
        + "marble concrete smooth rough transparent",
        // what happens
        "standing sitting lying holding drinking eating wearing using walking running moving flying floating falling pouring open closed "
        + "full empty new old hot wet dry happy young",
        // what one does not want
        "bad ugly deformed distorted cropped watermark text noise artifacts jpeg duplicate error",
    ];

    // Below the lines: static members are initialised in the order of the text.
    public static IReadOnlyList<string> All { get; } = [.. string.Join(' ', s_lines).Split(' ').Distinct().Order(StringComparer.Ordinal)];
}
