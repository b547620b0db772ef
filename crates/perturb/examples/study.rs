//! What a cloak does to pictures, one after another, as the report has it.
//!
//! `cargo run -p cloakroom-perturb --example study -- --packs FOLDER [--strength balanced] [--refine 20] [--seed 1]
//! [--side 1536] [--save FOLDER] PICTURE…` makes each picture `--side` pixels long, cloaks it, and prints a line an encoder
//! and a line a face and recogniser.
//! `--without NAME` leaves packs out of the making (and keeps them for the report), `--only NAME` keeps them out of both.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::PathBuf;
use std::time::Instant;

use image::imageops::FilterType;
use perturb::pack::{Pack, PackLimits};
use perturb::{Models, Options, Picture, measure, protect};

fn main() {
    let mut options = Options {
        seed: 1,
        ..Options::default()
    };
    let mut packs = Vec::new();
    let (mut without, mut pictures) = (Vec::new(), Vec::new());
    let (mut side, mut save, mut only) = (1536u32, None, Vec::new());
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().expect("a value");
        match argument.as_str() {
            "--packs" => packs.push(PathBuf::from(value())),
            "--strength" => options.strength = value().parse().unwrap(),
            "--refine" => options.refine_steps = value().parse().unwrap(),
            "--seed" => options.seed = value().parse().unwrap(),
            "--side" => side = value().parse().unwrap(),
            "--without" => without.push(value()),
            "--only" => only.push(value()),
            "--save" => save = Some(PathBuf::from(value())),
            _ => pictures.push(PathBuf::from(argument)),
        }
    }
    let mut all = Vec::new();
    for folder in packs {
        let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| {
                path.extension()
                    .is_some_and(|extension| extension == "safetensors")
            })
            .collect();
        files.sort();
        for file in files {
            let pack = Pack::read(&std::fs::read(&file).unwrap(), &PackLimits::default())
                .unwrap_or_else(|error| panic!("{}: {error}", file.display()));
            let name = &pack.manifest().name;
            if only.is_empty() || only.contains(name) {
                all.push(pack);
            }
        }
    }
    let making = Models::from_packs(all.iter().filter(|pack| {
        !without.contains(&pack.manifest().name) && !without.contains(&pack.manifest().family)
    }))
    .unwrap();
    let judging = Models::from_packs(&all).unwrap();
    println!(
        "picture\tmodel\theld_out\tb3\tas_is\tnoise\tjpeg_alone\tupload\tnoise\tnlm\tnoise\tcrop\tnoise"
    );
    for path in pictures {
        let picture = image::open(&path).unwrap();
        let long = picture.width().max(picture.height());
        let scaled = |length: u32| {
            ((u64::from(length) * u64::from(side) + u64::from(long) / 2) / u64::from(long)) as u32
        };
        let picture = picture
            .resize_exact(
                scaled(picture.width()),
                scaled(picture.height()),
                FilterType::CatmullRom,
            )
            .to_rgb8();
        let (width, height) = picture.dimensions();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let original = Picture::new(width, height, picture.into_raw()).unwrap();
        let (begun, used) = (Instant::now(), processor_ms());
        let perturbation = protect(&original, &making, &options, &()).unwrap();
        let mut rgb = original.rgb().to_vec();
        assert!(perturbation.apply8(&mut rgb, width, height, 3));
        let (made_ms, made_used) = (begun.elapsed().as_millis(), processor_ms() - used);
        let cloaked = Picture::new(width, height, rgb).unwrap();
        let (begun, used) = (Instant::now(), processor_ms());
        let measured = measure(
            &original,
            &cloaked,
            &judging,
            Some(&perturbation.made),
            1,
            &(),
        )
        .unwrap();
        println!(
            "# {name} {width}x{height}: made in {made_ms} ms ({made_used} of processors), measured in {} ms ({}); fitted {:.2}, measured {:.2}",
            begun.elapsed().as_millis(),
            processor_ms() - used,
            perturbation.made.visibility,
            measured.visibility
        );
        for encoder in &measured.encoders {
            print!(
                "{name}\t{}\t{}\t{:.2}",
                encoder.name, encoder.held_out, measured.visibility
            );
            print!("\t{:.3}\t{:.3}", encoder.as_is.shift, encoder.as_is.noise);
            print!("\t{:.3}", encoder.jpeg_alone);
            for shift in [
                encoder.after_upload,
                encoder.after_denoise,
                encoder.after_crop,
            ] {
                print!("\t{:.3}\t{:.3}", shift.shift, shift.noise);
            }
            println!();
        }
        for face in &measured.faces {
            for verdict in &face.verdicts {
                println!(
                    "{name}\tface {:.0} px\t{}\t{}\t{:.2}\tbenign {:.2}\tcloaked {:.2}\tdenoised {:.2}",
                    face.area.width,
                    verdict.recogniser,
                    verdict.held_out,
                    verdict.threshold,
                    verdict.distance_benign,
                    verdict.distance,
                    verdict.distance_denoised
                );
            }
        }
        if let Some(folder) = &save {
            for (kind, picture) in [("original", &original), ("cloaked", &cloaked)] {
                image::save_buffer(
                    folder.join(format!("{name}-{kind}.png")),
                    picture.rgb(),
                    width,
                    height,
                    image::ColorType::Rgb8,
                )
                .unwrap();
            }
        }
    }
}

/// What this process has used of all processors, where Linux tells; a wall clock says little on a busy machine.
fn processor_ms() -> u64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let ticks: u64 = stat
        .rsplit(')')
        .next()
        .unwrap_or_default()
        .split_whitespace()
        .skip(11)
        .take(2)
        .filter_map(|field| field.parse::<u64>().ok())
        .sum();
    ticks * 10
}
