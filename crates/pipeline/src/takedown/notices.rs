//! The texts themselves.

use ledger::document::{Block, Document};

use super::facts::{
    DMCA, DMCA_OWNER, DSA, Fact, READ_ON, STOPNCII, UK_DUTY, UK_HELPLINE, UK_OFFENCE, US_DUTY,
    US_REQUEST,
};
use super::{Answers, Asking, Route};

/// What to do first, and which file is for what.
pub(super) fn overview(routes: &[Route], answers: &Answers) -> Document {
    let mut blocks = vec![
        Block::Title("Having a picture taken down".to_owned()),
        paragraph(
            "Do not wait for proof: a request may be sent at once. Begin at the top; each step stands on its own.",
        ),
    ];
    for (number, route) in routes.iter().enumerate() {
        blocks.push(Block::Point(format!(
            "{}. {} ({}.txt)",
            number + 1,
            what(*route),
            route.word()
        )));
    }
    blocks.extend([
        Block::Heading("Before you send anything".to_owned()),
        Block::Point("Save what there is to see: the address, the account's name, the date, a screenshot of the page. It may be gone soon.".to_owned()),
        Block::Point("Use the platform's own form for such requests if it has one; the texts here hold what those forms ask for.".to_owned()),
        Block::Point("Give the exact address of each picture and each page, not only that of the site.".to_owned()),
        Block::Point("Note when you sent each notice, and its number.".to_owned()),
        Block::Heading("What to attach".to_owned()),
    ]);
    blocks.extend(attach(answers));
    blocks.push(Block::Heading("Addresses".to_owned()));
    blocks.extend(addresses(answers));
    blocks.push(paragraph(&format!(
        "Facts about laws and services were read on {READ_ON} and may have changed. This is no legal advice; a lawyer or a helpline can tell what fits your case."
    )));
    Document { blocks }
}

/// The text for one route.
pub(super) fn notice(route: Route, answers: &Answers) -> Document {
    let mut blocks = vec![Block::Title(what(route).to_owned())];
    match route {
        Route::StopNcii => stopncii(&mut blocks, answers),
        Route::UsIntimate => us_intimate(&mut blocks, answers),
        Route::Uk => uk(&mut blocks, answers),
        Route::EuHost => eu(&mut blocks, answers),
        Route::UsCopyright => us_copyright(&mut blocks, answers),
    }
    Document { blocks }
}

const fn what(route: Route) -> &'static str {
    match route {
        Route::StopNcii => "StopNCII.org: have platforms look for the picture by its hash",
        Route::UsIntimate => "Request for removal under the TAKE IT DOWN Act (United States)",
        Route::Uk => "Report of an intimate image shared without consent (United Kingdom)",
        Route::EuHost => {
            "Notice of illegal content under article 16 of the Digital Services Act (European Union)"
        }
        Route::UsCopyright => "Notice of infringement under 17 U.S.C. § 512(c)(3) (United States)",
    }
}

fn stopncii(blocks: &mut Vec<Block>, answers: &Answers) {
    tell(blocks, &[STOPNCII]);
    blocks.extend([
        Block::Point("Open stopncii.org in your browser, and answer its questions.".to_owned()),
        Block::Point("Choose the picture as it was published, and the original if you have it: each has a hash of its own.".to_owned()),
        Block::Point("Keep the case number and the PIN that it gives you; without them you cannot ask how it goes.".to_owned()),
    ]);
    if !answers.records.is_empty() {
        blocks.push(paragraph(
            "hashes.txt holds the PDQ hashes that this program computed for your recorded photos, so that you can compare when a platform or a helpline names one. You do not have to give it to anybody.",
        ));
    }
    blocks.push(paragraph(
        "Platforms look for these hashes on copies that are nearly whole. A crop, a caption or a mirror image usually has another hash, so report such copies by their addresses too.",
    ));
}

fn us_intimate(blocks: &mut Vec<Block>, answers: &Answers) {
    tell(blocks, &[US_DUTY, US_REQUEST]);
    begin(blocks);
    let (whom, consent) = match answers.asking {
        Asking::ForAnother => (
            "I act for the person shown in the picture, who asked me to.",
            "that person did not consent",
        ),
        _ => ("I am the person shown in the picture.", "I did not consent"),
    };
    let made = match (answers.altered, answers.asking) {
        (false, _) => "",
        (true, Asking::ForAnother) => {
            " It was made or altered by software and shows that person as if it were real."
        }
        (true, _) => " It was made or altered by software and shows me as if it were real.",
    };
    blocks.push(paragraph(&format!(
        "I request the removal of the intimate visual depiction identified below, and of identical copies, under section 3 of the TAKE IT DOWN Act. {whom}{made}"
    )));
    located(blocks, answers);
    blocks.push(paragraph(&format!(
        "I believe in good faith that the depiction is not consensual: {consent} to its publication."
    )));
    signed(blocks, answers);
}

fn uk(blocks: &mut Vec<Block>, answers: &Answers) {
    tell(blocks, &[UK_OFFENCE, UK_DUTY, UK_HELPLINE]);
    begin(blocks);
    let whom = match answers.asking {
        Asking::ForAnother => "I act for the person shown, who asked me to.",
        _ => "I am the person shown.",
    };
    blocks.push(paragraph(&format!(
        "Your service carries an intimate image that was shared without consent (Sexual Offences Act 2003, section 66B). {whom} Please remove it, and copies of it, and prevent that it is uploaded again."
    )));
    located(blocks, answers);
    signed(blocks, answers);
}

fn eu(blocks: &mut Vec<Block>, answers: &Answers) {
    tell(blocks, &[DSA]);
    begin(blocks);
    blocks.push(paragraph(
        "I notify you of illegal content under article 16 of Regulation (EU) 2022/2065. Why I consider it illegal:",
    ));
    if answers.intimate {
        let made = if answers.altered {
            "made or altered by software to show"
        } else {
            "showing"
        };
        blocks.push(paragraph(&format!(
            "It is an intimate picture, {made} a person who did not consent to its publication."
        )));
    }
    blocks.push(filled(
        &answers.words,
        "WHY IT IS ILLEGAL, IN YOUR WORDS: WHAT IT SHOWS, AND THAT NOBODY ALLOWED IT",
    ));
    located_exactly(blocks, answers);
    blocks.push(paragraph(
        "I believe in good faith that the information and allegations in this notice are accurate and complete.",
    ));
    signed(blocks, answers);
}

fn us_copyright(blocks: &mut Vec<Block>, answers: &Answers) {
    tell(blocks, &[DMCA, DMCA_OWNER]);
    blocks.push(paragraph(
        "The service may pass this notice on, with your name and address, to the person who posted the picture. If that is a danger to you, use another route, or let somebody act for you.",
    ));
    begin(blocks);
    blocks.push(paragraph(
        "I write to you as the designated agent under 17 U.S.C. § 512(c). I am the owner of the copyright in the photograph described below, or am authorised to act for its owner.",
    ));
    blocks.push(paragraph("The work:"));
    blocks.push(filled(
        &answers.words,
        "WHAT THE PHOTO SHOWS, AND WHEN YOU TOOK IT",
    ));
    blocks.push(paragraph("The material that infringes it:"));
    located_exactly(blocks, answers);
    blocks.push(paragraph(
        "I have a good faith belief that the use of the material in this manner is not authorised by the copyright owner, its agent, or the law. The information in this notification is accurate, and under penalty of perjury, I am authorised to act on behalf of the owner of an exclusive right that is allegedly infringed.",
    ));
    signed(blocks, answers);
}

fn tell(blocks: &mut Vec<Block>, facts: &[Fact]) {
    for fact in facts {
        blocks.push(paragraph(fact.text));
        blocks.push(paragraph(&format!(
            "(Source: {}; read on {READ_ON}.)",
            fact.source
        )));
    }
}

fn begin(blocks: &mut Vec<Block>) {
    blocks.push(Block::Heading(
        "To be copied into the form or mail".to_owned(),
    ));
}

fn located(blocks: &mut Vec<Block>, answers: &Answers) {
    located_exactly(blocks, answers);
    if !answers.words.trim().is_empty() {
        blocks.push(paragraph(&format!("What identifies it: {}", answers.words)));
    }
}

fn located_exactly(blocks: &mut Vec<Block>, answers: &Answers) {
    blocks.push(paragraph("Where it is:"));
    blocks.extend(addresses(answers));
}

fn addresses(answers: &Answers) -> Vec<Block> {
    if answers.urls.is_empty() {
        return vec![filled("", "THE EXACT ADDRESS OF EACH PICTURE AND PAGE")];
    }
    let urls = answers.urls.iter();
    urls.map(|url| Block::Command(url.clone())).collect()
}

fn signed(blocks: &mut Vec<Block>, answers: &Answers) {
    blocks.push(Block::Fact(
        "Signature".to_owned(),
        or(&answers.name, "YOUR NAME"),
    ));
    blocks.push(Block::Fact(
        "E-mail".to_owned(),
        or(&answers.email, "YOUR E-MAIL ADDRESS"),
    ));
    for (name, text) in [("Telephone", &answers.phone), ("Address", &answers.address)] {
        if !text.trim().is_empty() {
            blocks.push(Block::Fact(name.to_owned(), text.clone()));
        }
    }
    blocks.push(Block::Fact(
        "Date".to_owned(),
        "[THE DAY ON WHICH YOU SEND IT]".to_owned(),
    ));
}

fn attach(answers: &Answers) -> Vec<Block> {
    let mut list = vec![
        Block::Point("Nothing is needed beyond what the texts hold. In particular, no request here needs a proof that the photo is yours.".to_owned()),
        Block::Point("Do not attach the picture itself unless a form asks for it and you want to: the address identifies it.".to_owned()),
    ];
    if answers.holds_copyright {
        list.push(Block::Point("If the copyright is disputed: a proof bundle (cloakroom prove) and the evidence report (cloakroom find --report). They show that you had the photo by a certain time, not that you took it.".to_owned()));
    }
    if !answers.records.is_empty() {
        list.push(Block::Point("hashes.txt, .csv or .json, if the platform or a helpline asks for hashes. They tell roughly what a picture looks like; give them only to somebody whom you trust with that.".to_owned()));
    }
    list
}

/// An answer, or what belongs there.
fn or(text: &str, missing: &str) -> String {
    if text.trim().is_empty() {
        format!("[{missing}]")
    } else {
        text.to_owned()
    }
}

fn filled(text: &str, missing: &str) -> Block {
    Block::Paragraph(or(text, missing))
}

fn paragraph(text: &str) -> Block {
    Block::Paragraph(text.to_owned())
}
