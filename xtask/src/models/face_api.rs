//! The three networks of `@vladmandic/face-api`, layer by layer.
//!
//! Its weights are bytes: a value is `byte · scale + min`, and a few tensors are plain floats. Kernels are in TensorFlow's order
//! (height, width, in, out) and come out in PyTorch's (out, in, height, width).

use std::path::Path;

use super::json::Value;
use super::pack::{Pack, Stored};

/// From the folder that the weights lie in to a pack.
pub(crate) type Convert = fn(&Path) -> Result<Pack, String>;

const SOURCE: &str = r#""licence":"MIT",
    "source":"the npm package @vladmandic/face-api","origin":"dependency""#;

/// YOLO v2 in small, with separable convolutions: for each cell of 32 pixels five boxes of five numbers and a class score.
pub(crate) fn detector(folder: &Path) -> Result<Pack, String> {
    let weights = Weights::read(folder, "tiny_face_detector_model")?;
    let mut net = Net::new(&format!(
        r#""format":1,"name":"face-api-detector","title":"Tiny face detector",
        "family":"yolo2","kind":"detector",{SOURCE},
        "input":{{"channels":3,"width":0,"height":0,"multiple":32,{}}}"#,
        normalisation([117.001, 114.697, 97.404], 255.0)
    ));
    net.conv(&weights, "conv0", 1, "0")?;
    net.layer(LEAKY);
    net.layer(HALVE);
    for layer in 1..=5 {
        net.separable(&weights, &format!("conv{layer}"), 1, "1")?;
        net.layer(LEAKY);
        net.layer(if layer < 5 {
            HALVE
        } else {
            r#""op":"max_pool","size":2,"stride":1,"padding":[0,0,1,1]"#
        });
    }
    net.conv(&weights, "conv8", 1, "0")?;
    Ok(net.0)
}

const LEAKY: &str = r#""op":"leaky_relu","slope":0.1"#;
const HALVE: &str = r#""op":"max_pool","size":2,"stride":2,"ceil":true"#;

/// Three dense blocks and a linear layer: 68 points as x, y pairs, from 0 to 1 across the square input.
pub(crate) fn landmarks(folder: &Path) -> Result<Pack, String> {
    let weights = Weights::read(folder, "face_landmark_68_tiny_model")?;
    let mut net = Net::new(&format!(
        r#""format":1,"name":"face-api-landmarks","title":"Tiny facial landmarks",
        "family":"landmarks68","kind":"landmarks",{SOURCE},
        "input":{{"channels":3,"width":112,"height":112,"multiple":1,{}}}"#,
        normalisation([122.782, 117.001, 104.298], 255.0)
    ));
    for block in 0..3 {
        let name = |layer| format!("dense{block}/conv{layer}");
        if block == 0 {
            net.conv(&weights, &name(0), 2, AFTER)?;
        } else {
            net.separable(&weights, &name(0), 2, AFTER)?;
        }
        net.layer(&format!(r#""op":"relu","name":"{block}a""#));
        net.separable(&weights, &name(1), 1, "1")?;
        net.layer(&format!(
            r#""op":"add","name":"{block}ab","in":["{block}a","{}"]"#,
            name(1)
        ));
        net.layer(r#""op":"relu""#);
        net.separable(&weights, &name(2), 1, "1")?;
        net.layer(&format!(r#""op":"add","in":["{block}ab","{}"]"#, name(2)));
        net.layer(r#""op":"relu""#);
    }
    net.layer(r#""op":"global_avg_pool""#);
    net.linear(&weights, "fc/weights", Some("fc/bias"))?;
    Ok(net.0)
}

/// TensorFlow's `same` for an even input and a stride of two: the one line that is missing stands at the end.
const AFTER: &str = "[0,0,1,1]";

/// dlib's residual network of 29 convolutions: 128 numbers a face.
pub(crate) fn recogniser(folder: &Path) -> Result<Pack, String> {
    let weights = Weights::read(folder, "face_recognition_model")?;
    let mut net = Net::new(&format!(
        r#""format":1,"name":"face-api-recogniser","title":"face-api / dlib recogniser",
        "family":"dlib","kind":"recogniser",{SOURCE},
        "input":{{"channels":3,"width":150,"height":150,"multiple":1,{}}},
        "threshold":0.6,"metric":"euclidean","crop":"dlib""#,
        // dlib divides by 256, not by 255.
        normalisation([122.782, 117.001, 104.298], 256.0)
    ));
    net.scaled(&weights, "conv32_down", 2, "0")?;
    net.layer(r#""op":"relu""#);
    net.layer(r#""op":"max_pool","size":3,"stride":2,"name":"start""#);
    let mut before = "start".to_owned();
    // Rows and columns shrink 35, 17, 8, 4 (3 padded), 2 (1 padded).
    for (width, blocks) in [(32, "123"), (64, "d123"), (128, "d12"), (256, "d12o")] {
        for block in blocks.chars() {
            let name = match block {
                'd' => format!("conv{width}_down"),
                'o' => format!("conv{width}_down_out"),
                number => format!("conv{width}_{number}"),
            };
            let down = "do".contains(block);
            net.scaled(
                &weights,
                &format!("{name}/conv1"),
                if down { 2 } else { 1 },
                if down { "0" } else { "1" },
            )?;
            net.layer(r#""op":"relu""#);
            net.scaled(&weights, &format!("{name}/conv2"), 1, "1")?;
            if down {
                let mut main = format!("{name}/conv2");
                if width == 256 {
                    net.layer(&format!(
                        r#""op":"pad","padding":[0,0,1,1],"name":"{name}/padded""#
                    ));
                    main = format!("{name}/padded");
                }
                net.layer(&format!(
                    r#""op":"avg_pool","size":2,"stride":2,"in":["{before}"],"name":"{name}/short""#
                ));
                if block == 'd' {
                    net.layer(&format!(
                        r#""op":"pad_channels","to":{width},"name":"{name}/wide""#
                    ));
                    net.layer(&format!(r#""op":"add","in":["{main}","{name}/wide"]"#));
                } else {
                    net.layer(&format!(r#""op":"add","in":["{main}","{name}/short"]"#));
                }
            } else {
                net.layer(&format!(r#""op":"add","in":["{name}/conv2","{before}"]"#));
            }
            net.layer(&format!(r#""op":"relu","name":"{name}""#));
            before = name;
        }
    }
    net.layer(r#""op":"global_avg_pool""#);
    net.linear(&weights, "fc", None)?;
    Ok(net.0)
}

/// `(255 · rgb - mean) / divisor`, for colours from 0 to 1.
fn normalisation(mean: [f64; 3], divisor: f64) -> String {
    let [r, g, b] = mean.map(|mean| mean / 255.0);
    let std = divisor / 255.0;
    format!(r#""mean":[{r},{g},{b}],"std":[{std},{std},{std}]"#)
}

struct Net(Pack);

impl Net {
    fn new(head: &str) -> Self {
        Self(Pack::new(head))
    }

    fn layer(&mut self, members: &str) {
        self.0.layer(members);
    }

    fn conv(
        &mut self,
        weights: &Weights,
        name: &str,
        stride: u32,
        padding: &str,
    ) -> Result<(), String> {
        let kernel = weights.get(&format!("{name}/filters"))?;
        let bias = weights.get(&format!("{name}/bias"))?;
        self.push_conv(
            name,
            kernel.transposed()?,
            Some(bias.values),
            stride,
            padding,
            1,
        );
        Ok(())
    }

    /// A kernel for each channel, then one of 1×1 over all of them.
    fn separable(
        &mut self,
        weights: &Weights,
        name: &str,
        stride: u32,
        padding: &str,
    ) -> Result<(), String> {
        let mut depthwise = weights.get(&format!("{name}/depthwise_filter"))?;
        // (height, width, channels, 1) is, for a convolution in groups, (height, width, 1, channels).
        let channels = depthwise.shape.get(2).copied().unwrap_or_default();
        depthwise.shape.swap(2, 3);
        let pointwise = weights.get(&format!("{name}/pointwise_filter"))?;
        let bias = weights.get(&format!("{name}/bias"))?;
        self.push_conv(
            &format!("{name}/depthwise"),
            depthwise.transposed()?,
            None,
            stride,
            padding,
            channels,
        );
        self.push_conv(name, pointwise.transposed()?, Some(bias.values), 1, "0", 1);
        Ok(())
    }

    /// A convolution and the scale and shift after it, folded into one.
    fn scaled(
        &mut self,
        weights: &Weights,
        name: &str,
        stride: u32,
        padding: &str,
    ) -> Result<(), String> {
        let mut kernel = weights.get(&format!("{name}/conv/filters"))?.transposed()?;
        let bias = weights.get(&format!("{name}/conv/bias"))?.values;
        let scale = weights.get(&format!("{name}/scale/weights"))?.values;
        let shift = weights.get(&format!("{name}/scale/biases"))?.values;
        let per_output = kernel.values.len() / scale.len().max(1);
        for (filter, factor) in kernel
            .values
            .chunks_exact_mut(per_output.max(1))
            .zip(&scale)
        {
            filter.iter_mut().for_each(|value| *value *= factor);
        }
        let bias = bias
            .iter()
            .zip(&scale)
            .zip(&shift)
            .map(|((bias, scale), shift)| bias * scale + shift)
            .collect();
        self.push_conv(name, kernel, Some(bias), stride, padding, 1);
        Ok(())
    }

    fn push_conv(
        &mut self,
        name: &str,
        kernel: Tensor,
        bias: Option<Vec<f32>>,
        stride: u32,
        padding: &str,
        groups: usize,
    ) {
        let mut members = format!(
            r#""op":"conv","name":"{name}","weight":"{name}/weight","stride":{stride},"padding":{padding},"groups":{groups}"#
        );
        if let Some(bias) = bias {
            members += &format!(r#","bias":"{name}/bias""#);
            self.0
                .tensor(&format!("{name}/bias"), &[bias.len()], bias, Stored::F32);
        }
        self.layer(&members);
        self.0.tensor(
            &format!("{name}/weight"),
            &kernel.shape,
            kernel.values,
            Stored::F16,
        );
    }

    fn linear(&mut self, weights: &Weights, name: &str, bias: Option<&str>) -> Result<(), String> {
        let matrix = weights.get(name)?.transposed()?;
        let mut members = r#""op":"linear","weight":"fc/weight""#.to_owned();
        if let Some(bias) = bias {
            members += r#","bias":"fc/bias""#;
            let values = weights.get(bias)?.values;
            self.0
                .tensor("fc/bias", &[values.len()], values, Stored::F32);
        }
        self.layer(&members);
        self.0
            .tensor("fc/weight", &matrix.shape, matrix.values, Stored::F16);
        Ok(())
    }
}

#[derive(Debug, Clone, PartialEq)]
struct Tensor {
    shape: Vec<usize>,
    values: Vec<f32>,
}

impl Tensor {
    /// From (height, width, in, out) to (out, in, height, width), from (in, out) to (out, in).
    fn transposed(&self) -> Result<Self, String> {
        let (height, width, inputs, outputs) = match *self.shape {
            [h, w, i, o] => (h, w, i, o),
            [i, o] => (1, 1, i, o),
            _ => return Err(format!("a kernel of shape {:?}", self.shape)),
        };
        let mut values = Vec::with_capacity(self.values.len());
        for output in 0..outputs {
            for input in 0..inputs {
                for at in 0..height * width {
                    values.push(self.values[(at * inputs + input) * outputs + output]);
                }
            }
        }
        let shape = match self.shape.len() {
            2 => vec![outputs, inputs],
            _ => vec![outputs, inputs, height, width],
        };
        Ok(Self { shape, values })
    }
}

/// The weights of one network, by name.
struct Weights(Vec<(String, Tensor)>);

impl Weights {
    fn read(folder: &Path, name: &str) -> Result<Self, String> {
        let list = folder.join(format!("{name}-weights_manifest.json"));
        let text = std::fs::read_to_string(&list)
            .map_err(|error| format!("{}: {error}", list.display()))?;
        let data = folder.join(format!("{name}.bin"));
        let bytes = std::fs::read(&data).map_err(|error| format!("{}: {error}", data.display()))?;
        Self::parse(&text, &bytes).map_err(|error| format!("{}: {error}", list.display()))
    }

    fn parse(list: &str, bytes: &[u8]) -> Result<Self, String> {
        let list = Value::parse(list)?;
        let mut tensors = Vec::new();
        let mut rest = bytes;
        for entry in list
            .list()
            .iter()
            .filter_map(|group| group.get("weights"))
            .flat_map(Value::list)
        {
            let name = entry
                .get("name")
                .and_then(Value::text)
                .ok_or("a weight without a name")?;
            let shape: Vec<usize> = entry
                .get("shape")
                .map(Value::list)
                .unwrap_or_default()
                .iter()
                .filter_map(Value::number)
                .map(|side| side as usize)
                .collect();
            let count = shape.iter().product::<usize>();
            let quantised = entry.get("quantization");
            let length = if quantised.is_some() {
                count
            } else {
                count * 4
            };
            let (own, others) = rest
                .split_at_checked(length)
                .ok_or_else(|| format!("the weights end before '{name}' does"))?;
            rest = others;
            let values = match quantised {
                Some(quantised) => {
                    let number = |member| quantised.get(member).and_then(Value::number);
                    let (Some("uint8"), Some(scale), Some(min)) = (
                        quantised.get("dtype").and_then(Value::text),
                        number("scale"),
                        number("min"),
                    ) else {
                        return Err(format!("'{name}' is stored in an unknown way"));
                    };
                    own.iter()
                        .map(|&byte| (f64::from(byte) * scale + min) as f32)
                        .collect()
                }
                None => own
                    .chunks_exact(4)
                    .map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]]))
                    .collect(),
            };
            tensors.push((name.to_owned(), Tensor { shape, values }));
        }
        if rest.is_empty() {
            Ok(Self(tensors))
        } else {
            Err(format!("{} bytes are left over", rest.len()))
        }
    }

    fn get(&self, name: &str) -> Result<Tensor, String> {
        self.0
            .iter()
            .find(|(found, _)| found == name)
            .map(|(_, tensor)| tensor.clone())
            .ok_or_else(|| format!("there is no weight '{name}' in the package"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_become_values() {
        let list = r#"[{"weights":[
            {"name":"a","shape":[2],"dtype":"float32","quantization":{"dtype":"uint8","scale":0.5,"min":-1}},
            {"name":"b","shape":[1],"dtype":"float32"}],"paths":["x"]}]"#;
        let weights = Weights::parse(list, &[0, 4, 0, 0, 0x80, 0x3f]).unwrap();
        assert_eq!(weights.get("a").unwrap().values, [-1.0, 1.0]);
        assert_eq!(weights.get("b").unwrap().values, [1.0]);
        assert!(weights.get("c").is_err());
        let error = |bytes: &[u8]| Weights::parse(list, bytes).err().unwrap();
        assert_eq!(error(&[0, 4, 0]), "the weights end before 'b' does");
        assert_eq!(error(&[0; 7]), "1 bytes are left over");
    }

    #[test]
    fn kernels_change_their_order() {
        let tensor = Tensor {
            shape: vec![1, 2, 2, 3],
            values: (0..12).map(|value| value as f32).collect(),
        };
        let transposed = tensor.transposed().unwrap();
        assert_eq!(transposed.shape, [3, 2, 1, 2]);
        // For each output and input, the two columns lie six values apart.
        assert_eq!(
            transposed.values,
            [0.0, 6.0, 3.0, 9.0, 1.0, 7.0, 4.0, 10.0, 2.0, 8.0, 5.0, 11.0]
        );
        let matrix = Tensor {
            shape: vec![2, 2],
            values: vec![1.0, 2.0, 3.0, 4.0],
        };
        assert_eq!(matrix.transposed().unwrap().values, [1.0, 3.0, 2.0, 4.0]);
    }
}
